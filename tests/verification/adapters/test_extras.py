"""A library of an extra is imported when it is needed, and its absence is reported in one line.

What the adapters for PyTorch and JAX do with theirs is in tests/peers.
"""

import sys

import pytest

from verification import jax, models, torch
from verification.adapters.extras import library
from verification.jax.watching import apply_watched
from verification.torch.watching import module_watched


def given(params, xs, state):
    """A layer."""


# By every adapter.
NEEDS = {
    "torch": [
        lambda: torch.layer(given, model=models.lstm),
        lambda: torch.function(int, model=models.lstm),
        lambda: torch.module(int),
        lambda: module_watched(None, None, None, None, None),
    ],
    "jax": [
        lambda: jax.layer(given, model=models.lstm),
        lambda: jax.cell(given, model=models.lstm),
        lambda: jax.flax(int),
        lambda: jax.equinox(int),
        lambda: apply_watched(None, None, None),
        lambda: library("jax.numpy", "jax"),
    ],
}


@pytest.mark.parametrize("name", NEEDS)
def test_one_that_is_missing_is_reported_with_its_extra(monkeypatch, name):
    # Another test may have had it already.
    monkeypatch.delitem(sys.modules, "jax.numpy", raising=False)
    monkeypatch.setitem(sys.modules, name, None)
    line = rf"^{name} is missing; the extra '{name}' brings it: pip install 'verified-rnn\[{name}\]'$"
    for call in NEEDS[name]:
        with pytest.raises(ImportError, match=line):
            call()


def test_what_a_library_misses_itself_is_its_own(tmp_path, monkeypatch):
    (tmp_path / "broken_library.py").write_text("import nothing_of_that_name\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="No module named 'nothing_of_that_name'"):
        library("broken_library", "any")
