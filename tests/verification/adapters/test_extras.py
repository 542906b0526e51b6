"""A library of an extra is imported when it is needed, and its absence is told in one line."""

import sys

import pytest

from verification.adapters.extras import library

LINE = r"^jax is missing; the extra 'jax' brings it: pip install 'verified-rnn\[jax\]'$"


def test_a_library_that_is_there_is_imported():
    """A module of one as well."""
    assert library("json.decoder", "any").JSONDecoder


@pytest.mark.parametrize("name", ["jax", "jax.numpy"])
def test_one_that_is_missing_is_told_with_its_extra(monkeypatch, name):
    """By the library's own name, in one line."""
    # Another test may have had it already.
    monkeypatch.delitem(sys.modules, "jax.numpy", raising=False)
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(ImportError, match=LINE):
        library(name, "jax")


def test_what_a_library_misses_itself_is_its_own(tmp_path, monkeypatch):
    """It is there, and another is not."""
    (tmp_path / "broken_library.py").write_text("import nothing_of_that_name\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="No module named 'nothing_of_that_name'"):
        library("broken_library", "any")
