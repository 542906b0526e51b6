"""What watches PyTorch says without it; what it does with it is in tests/peers/test_watching.py."""

import sys

import pytest

from verification.torch.watching import function_watched, layer_watched, module_watched


@pytest.mark.parametrize("made", [function_watched, layer_watched])
def test_a_module_beside_what_has_none_is_refused(made):
    """In a line."""
    with pytest.raises(TypeError, match=r"^module: int, needed None but for verification\.torch\.module$"):
        made(None, None, 3)


def test_without_pytorch_its_extra_is_named(monkeypatch):
    """In one line."""
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r"^torch is missing; the extra 'torch' brings it"):
        module_watched(None, None, None, None, None)
