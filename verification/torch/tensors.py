"""Tensors of PyTorch as arrays of NumPy."""

from typing import Any

from verification.adapters.extras import library
from verification.models.arrays import Array
from verification.models.stored import BFLOAT16, dtype_of


def as_array(tensor: Any) -> Array:
    """A tensor's numbers, of one on the CPU in its own memory."""
    torch = library("torch", "torch")
    tensor = tensor.detach().cpu().resolve_conj().resolve_neg()
    if tensor.dtype == torch.bfloat16:
        kept: Array = tensor.view(torch.int16).numpy().view(dtype_of(BFLOAT16))
        return kept
    array: Array = tensor.numpy()
    return array
