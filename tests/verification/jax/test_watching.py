"""What watches JAX says without it; what it does with it is in tests/peers/test_watching.py."""

import sys

import pytest

from verification.jax.watching import apply_watched


def test_a_module_is_refused():
    """In a line: functions are given their parameters."""
    with pytest.raises(TypeError, match=r"^module: int, needed None: parameters are given to each call$"):
        apply_watched(None, None, 3)


def test_without_jax_its_extra_is_named(monkeypatch):
    """In one line."""
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(ImportError, match=r"^jax is missing; the extra 'jax' brings it"):
        apply_watched(None, None, None)
