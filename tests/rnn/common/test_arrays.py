"""The checks at the public interface: what they let through, and what they say of the rest."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from rnn.common.arrays import (
    FRACTIONS,
    LARGE,
    PART,
    _is_masked,
    check_size,
    checked,
    plain,
    refuse_mask,
    zeros,
)

every_float = pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])


@every_float
def test_zeros_are_positive_floats_beside_floats(dtype):
    """Zeros have the shape asked for, the dtype of ``like``, and no sign bit, whatever ``like`` holds."""
    made = zeros((2, 3), like=np.array([-1], dtype))
    assert made.shape == (2, 3)
    assert made.dtype == dtype
    assert not made.any()
    assert not np.signbit(made).any()


def test_zeros_are_fractions_beside_fractions():
    """Beside an object array every zero is a Fraction."""
    made = zeros((2, 3), like=np.array([Fraction(1, 2)]))
    assert made.shape == (2, 3)
    assert [type(entry) for entry in made.flat] == [Fraction] * 6
    assert not made.any()


@every_float
def test_floats_pass_as_they_are(dtype):
    """A float array that fits is returned itself, in its own dtype, asked for or not."""
    given_ = np.ones((2, 3), dtype)
    assert checked("xs", given_, ("N", 3)) is given_
    assert checked("xs", given_, (2, "T"), np.dtype(dtype)) is given_


def test_fractions_pass_as_they_are():
    """An object array of Fractions is returned itself, and nested lists of Fractions become one."""
    given_ = np.array([[Fraction(1, 3)], [Fraction(0)]])
    assert checked("xs", given_, ("N", 1), FRACTIONS) is given_
    assert checked("xs", given_.tolist(), ("N", 1)).tolist() == given_.tolist()


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


def test_a_masked_array_is_found_in_so_many_lists():
    """And no deeper: what holds more of them is no array."""
    masked = np.ma.ones(1)
    assert _is_masked(masked, 0)
    assert [_is_masked([masked], depth) for depth in (0, 1, 2)] == [False, True, True]
    assert [_is_masked([[0], [masked]], depth) for depth in (1, 2)] == [False, True]
    assert refuse_mask("X", [masked], 0) is None
    with pytest.raises(TypeError, match=r"^X: a masked array, needed one without a mask"):
        refuse_mask("X", [masked], 1)


def test_a_large_view_has_to_fit_in_memory(monkeypatch):
    """The system is asked, of views from so many bytes on: they may be of less, and an array is there."""

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


def test_a_type_is_the_same_that_is_equal():
    """Though it is another object, as one that carries a note of its own."""
    noted = np.dtype(float, metadata={"unit": "m"})
    array = np.ones(2, noted)
    assert array.dtype is not np.dtype(float)
    assert checked("x", array, ("n",), np.dtype(float)) is array


def test_a_plain_array_is_itself_and_another_one_a_copy():
    """In C order and writeable, whatever the other was; its numbers are the same."""
    array = np.arange(6.0).reshape(2, 3)
    assert plain(array) is array
    fixed = array.copy()
    fixed.flags.writeable = False
    for other in (array.T, array[:, ::2], np.asfortranarray(array), fixed):
        made = plain(other)
        assert made.flags.carray
        assert not np.shares_memory(made, other)
        np.testing.assert_array_equal(made, other)
