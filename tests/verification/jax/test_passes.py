"""What the adapters for JAX say without it; what they do with it is in tests/peers."""

import sys

import pytest

from verification.jax import cell, equinox, flax, layer
from verification.models import lstm


@pytest.mark.parametrize(
    "made",
    [
        lambda: layer(lambda params, xs, state: (xs, state), model=lstm),
        lambda: cell(lambda params, x, state: state, model=lstm),
        lambda: flax(int),
        lambda: equinox(int),
    ],
    ids=["layer", "cell", "flax", "equinox"],
)
def test_without_jax_its_extra_is_named(monkeypatch, made):
    """In one line, by every adapter."""
    monkeypatch.setitem(sys.modules, "jax", None)
    line = r"^jax is missing; the extra 'jax' brings it: pip install 'verified-rnn\[jax\]'$"
    with pytest.raises(ImportError, match=line):
        made()
