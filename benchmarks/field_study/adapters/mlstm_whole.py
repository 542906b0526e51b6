"""mlstm_kernels: mlstm_parallel__native_custbw as the gradient of its whole forward, normaliser and all.

The maximum m that keeps exponentials small cancels, but for eps. All else is as in mlstm_parallel.py.
"""

import autograd.numpy as np
from mlstm_parallel import (  # noqa: F401 - NAMES and point are for other checkers
    EPS,
    NAMES,
    arguments,
    backward,
    log_sigmoid,
    point,
    theirs,
)
from of_torch import gradients, wanted

from verification import function

PIN = {
    "title": "mlstm_kernels, native_custbw, whole forward",
    "repository": "NX-AI/mlstm_kernels",
    "commit": "39d3c61741e5d2c0e6ab8922106dd236632c5139",
    "files": {
        "mlstm_kernels/torch/parallel/native/bw.py": "35f63a4bde0a057edbc6215cd8ccf552",
        "mlstm_kernels/torch/parallel/native/fwbw.py": "e62dcfc9b07eb4000250bc88b45be20d",
    },
    "with": ("torch==2.13.0", "triton", "einops"),
    "environment": "mlstm",
    "page": "mlstm-kernels.md",
}


def forward(q, k, v, i, f):
    log_f = np.cumsum(log_sigmoid(f))
    earlier = np.tril(np.ones((len(q), len(q)))) > 0
    log_d = np.where(earlier, log_f[:, None] - log_f[None, :], -np.inf) + i[None, :]
    m = np.max(log_d, axis=1)
    c = q @ k.T * q.shape[1] ** -0.5 * np.exp(log_d - m[:, None])
    length = np.maximum(np.abs(np.sum(c, axis=1)), np.exp(-m))
    return (c / (length[:, None] + EPS)) @ v, (q, k, v, i, f)


def by_torch(arrays, cotangents):
    """Their own native_autograd, in double precision: PyTorch's gradient of the same forward."""
    tensors = [wanted(array[None, None].astype("float64")) for array in arrays]
    outputs = theirs.mlstm_parallel__native_autograd(*tensors)
    return [d[0, 0] for d in gradients([outputs], [cotangents[0][None, None]], tensors)]


engine = function(forward, backward, arguments())
