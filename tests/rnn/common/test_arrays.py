"""The checks at the public interface: what they let through, and what they say of the rest."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from rnn.common.arrays import LARGE, PART, check_size, checked


@pytest.mark.parametrize("shape", [(2, 3), (1, 3), (2, 4, 5)])
def test_any_of_several_shapes_will_do(shape):
    """Beside the axes asked for, others may be allowed, each with letters of its own length."""
    array = np.ones(shape)
    assert checked("xs", array, (2, "T", 5), also=(("N", 3), (7,))) is array


@given(data=st.data(), dtype=st.sampled_from([np.float32, np.float64]))
def test_an_array_passes_exactly_when_all_is_finite(data, dtype):
    """Of any float array, contiguous or not, the check decides by the entries and nothing else."""
    array = data.draw(npst.arrays(dtype, npst.array_shapes(max_dims=3, max_side=3))).T
    if np.isfinite(array).all():
        assert checked("xs", array, ("N", "T", "D")[: array.ndim]) is array
    else:
        with pytest.raises(ValueError, match="needed finite numbers"):
            checked("xs", array, ("N", "T", "D")[: array.ndim])


def test_a_large_view_has_to_fit_in_memory(monkeypatch):
    """The system says, for views from so many bytes on: they may be of less, and an array is there."""

    def full(shape, dtype):
        raise MemoryError

    own = np.empty(LARGE, np.uint8)
    monkeypatch.setattr(np, "empty", full)
    assert check_size("g", np.broadcast_to(np.uint8(1), (LARGE - 1,))) is None
    assert check_size("g", own) is None
    message = rf"^g: shape \({LARGE},\), needed a smaller one: it does not fit in memory$"
    with pytest.raises(MemoryError, match=message):
        check_size("g", np.broadcast_to(np.uint8(1), (LARGE,)))
    monkeypatch.undo()
    assert check_size("g", np.broadcast_to(np.uint8(1), (LARGE,))) is None


def test_what_is_mapped_from_a_file_need_not_fit_in_memory(tmp_path, monkeypatch):
    """It is there, and a view of it as well; a view of more than the file holds is of less."""
    file = tmp_path / "of zeros"
    with file.open("wb") as handle:
        # Nothing of it is written: the system keeps that it is empty.
        handle.truncate(LARGE)
    mapped = np.memmap(file, np.uint8, "r")

    def full(shape, dtype):
        raise MemoryError

    monkeypatch.setattr(np, "empty", full)
    for view in (mapped, np.asarray(mapped), np.asarray(mapped).reshape(2, -1).T):
        assert check_size("g", view) is None
    for view in (np.broadcast_to(mapped, (2, LARGE)), np.broadcast_to(np.asarray(mapped[:1]), (LARGE,))):
        with pytest.raises(MemoryError, match=r"^g: shape \(.*\), needed a smaller one"):
            check_size("g", view)


@pytest.mark.parametrize("shape", [(PART + 1,), (3, PART // 2), (PART // 2, 3), (1, 2, PART)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_arrays_are_looked_at_in_parts(shape, dtype):
    """And the first entry that is not finite is found wherever it stands."""
    array = np.zeros(shape, dtype)
    assert checked("xs", array, shape) is array
    for place in (0, PART // 2, array.size - 1):
        array.flat[place] = np.inf
        where = tuple(map(int, np.unravel_index(place, shape)))
        with pytest.raises(ValueError, match=re.escape(f"xs: inf at {where}, needed finite numbers")):
            checked("xs", array, shape)
        array.flat[place] = 0
