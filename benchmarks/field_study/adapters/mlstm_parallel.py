"""mlstm_kernels: mlstm_parallel__native_custbw, PyTorch with a backward by hand, on the CPU.

Two things its backward holds constant: the normaliser max(|q · n|, exp(−m)), and the maximum m that keeps
exponentials small. They are held constant here too. It is asked in float32, which is what it is for: its
backward gets eps by way of a float32, so in double precision it is off by some 1e-14.
"""

import autograd.numpy as np
import numpy
import torch
from autograd.extend import notrace_primitive
from hypothesis import strategies as st
from of_torch import gradients, wanted
from sources import package

from verification import function

PIN = {
    "title": "mlstm_kernels, native_custbw, normaliser held constant",
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
    """h (S, DV), of q and k (S, DK), v (S, DV), i and f (S,), all steps at once, as the engine has them."""
    log_f = np.cumsum(log_sigmoid(f))
    earlier = np.tril(np.ones((len(q), len(q)))) > 0
    log_d = np.where(earlier, log_f[:, None] - log_f[None, :], -np.inf) + i[None, :]
    m = constant(np.max(log_d, axis=1))
    c = q @ k.T * q.shape[1] ** -0.5 * np.exp(log_d - m[:, None])
    length = constant(np.maximum(np.abs(np.sum(c, axis=1)), np.exp(-m)))
    return (c / (length[:, None] + EPS)) @ v, (q, k, v, i, f)


def backward(saved, d_h):
    tensors = [wanted(array[None, None]) for array in saved]
    outputs = theirs.mlstm_parallel__native_custbw(*tensors, autocast_kernel_dtype=torch.float32)
    return tuple(d[0, 0] for d in gradients([outputs], [d_h[None, None]], tensors))


@st.composite
def arguments(draw):
    steps, keys, values = draw(st.integers(1, 9)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    rng = numpy.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shapes = (steps, keys), (steps, keys), (steps, values), (steps,), (steps,)
    return tuple(rng.standard_normal(shape).astype("float32") for shape in shapes)


engine = function(forward, backward, arguments())
NAMES = ("q", "k", "v", "i", "f")


def point(rng):
    """Arguments of eight steps, for other checkers."""
    return [rng.uniform(-1, 1, shape).astype("float32") for shape in ((8, 3), (8, 3), (8, 2), (8,), (8,))]
