"""mlstm_kernels: mlstm_parallel__native_custbw as the gradient of its whole forward, normaliser and all.

The maximum m that keeps exponentials small cancels, but for eps. All else is as in mlstm_parallel.py.
"""

from mlstm_parallel import kernel, kernels
from of_mlstm import NAMES, of_kernel
from of_torch import gradients, wanted

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


def by_torch(blocks, cotangents):
    """Their own native_autograd, in double precision: PyTorch's gradient of the same forward."""
    tensors = [wanted(blocks[name].swapaxes(1, 2).astype(float)) for name in NAMES]
    outputs = kernels.mlstm_parallel__native_autograd(*tensors)
    found = gradients([outputs], [cotangents[0].swapaxes(1, 2).astype(float)], tensors)
    return {name: d.swapaxes(1, 2) for name, d in zip(NAMES, found, strict=True)}


engine = of_kernel(kernel, held=False)
