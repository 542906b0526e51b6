"""What the adapters for PyTorch say without it; what they do with it is in tests/peers."""

import sys

import pytest

from verification.models import lstm
from verification.torch import function, layer, module


@pytest.mark.parametrize(
    "made",
    [
        lambda: layer(lambda params, xs, state: (xs, state), model=lstm),
        lambda: function(int, model=lstm),
        lambda: module(int),
    ],
    ids=["layer", "function", "module"],
)
def test_without_pytorch_its_extra_is_named(monkeypatch, made):
    """In one line, by every adapter."""
    monkeypatch.setitem(sys.modules, "torch", None)
    line = r"^torch is missing; the extra 'torch' brings it: pip install 'verified-rnn\[torch\]'$"
    with pytest.raises(ImportError, match=line):
        made()
