"""Tensors as arrays: what they hold, in the same memory where that is possible."""

from types import SimpleNamespace

import numpy as np

from verification.torch import tensors


class Tensor:
    """What is read of one."""

    dtype = "float32"

    def __init__(self):
        self.array = np.ones(3, np.float32)

    def numpy(self):
        return self.array

    def same(self):
        return self

    detach = cpu = resolve_conj = resolve_neg = same


def test_an_array_has_the_memory_of_its_tensor(monkeypatch):
    """So that what changes there is seen. With PyTorch itself: tests/peers/test_watching.py."""
    monkeypatch.setattr(tensors, "library", lambda *names: SimpleNamespace(bfloat16="bfloat16"))
    tensor = Tensor()
    assert tensors.as_array(tensor) is tensor.array
