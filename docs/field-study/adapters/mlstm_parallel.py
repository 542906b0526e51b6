"""mlstm_kernels: mlstm_parallel__native_custbw, PyTorch with a backward by hand, on the CPU.

The forward here is its recurrence. Two things its backward holds constant, as code says it: the normaliser
max(|q · n|, exp(−m)) and the maximum m that keeps exponentials small; they are held constant here too.
"""

import autograd.numpy as np
import torch
from autograd.extend import notrace_primitive
from hypothesis import strategies as st
from of_torch import gradients, wanted
from sources import package

from verification import function

PIN = {
    "title": "mlstm_kernels, mlstm_parallel__native_custbw",
    "repository": "NX-AI/mlstm_kernels",
    "commit": "39d3c61741e5d2c0e6ab8922106dd236632c5139",
    "files": {
        "mlstm_kernels/torch/parallel/native/bw.py": "35f63a4bde0a057edbc6215cd8ccf552",
        "mlstm_kernels/torch/parallel/native/fwbw.py": "e62dcfc9b07eb4000250bc88b45be20d",
    },
    "with": ("torch==2.13.0", "triton", "einops"),
    "environment": "mlstm",
}

theirs = package(PIN["repository"], "mlstm_kernels.torch.parallel.native.fwbw")
EPS = 1e-6
constant = notrace_primitive(lambda x: x)


def log_sigmoid(a):
    return -np.logaddexp(0, -a)


def forward(q, k, v, i, f):
    """h (S, DV), of q and k (S, DK), v (S, DV), i and f (S,)."""
    scale, log_f = q.shape[1] ** -0.5, log_sigmoid(f)
    C, n, m, outputs = 0 * np.outer(k[0], v[0]), 0 * k[0], None, []
    for t in range(len(q)):
        grown = i[t] if m is None else np.maximum(log_f[t] + m, i[t])
        new_m = constant(grown)
        keep = 0.0 if m is None else np.exp(log_f[t] + m - new_m)
        take = np.exp(i[t] - new_m)
        C, n, m = keep * C + take * np.outer(k[t], v[t]), keep * n + take * k[t], new_m
        length = np.maximum(np.abs(scale * np.dot(q[t], n)), np.exp(-m))
        outputs.append(scale * np.dot(q[t], C) / (constant(length) + EPS))
    return np.stack(outputs), (q, k, v, i, f)


def backward(saved, d_h):
    tensors = [wanted(array[None, None]) for array in saved]
    outputs = theirs.mlstm_parallel__native_custbw(*tensors, autocast_kernel_dtype=torch.float32)
    return tuple(d[0, 0] for d in gradients([outputs], [d_h[None, None]], tensors))


@st.composite
def arguments(draw):
    import numpy

    steps, keys, values = draw(st.integers(1, 9)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    rng = numpy.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    dtype = draw(st.sampled_from(("float64", "float32")))
    shapes = (steps, keys), (steps, keys), (steps, values), (steps,), (steps,)
    return tuple(rng.standard_normal(shape).astype(dtype) for shape in shapes)


engine = function(forward, backward, arguments())
NAMES = ("q", "k", "v", "i", "f")


def point(rng):
    """Arguments of eight steps, for other checkers."""
    return [rng.uniform(-1, 1, shape) for shape in ((8, 3), (8, 3), (8, 2), (8,), (8,))]
