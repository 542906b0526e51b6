"""Every layout holds the same numbers, by the strides that it is named after."""

from fractions import Fraction

import numpy as np
import pytest

from verification.layouts import LAYOUTS, copied

ARRAYS = [
    np.arange(24.0).reshape(2, 3, 4),
    np.zeros((3, 2), np.float32),
    np.array([[1.0], [2.0]]),
    np.ones(5),
]


@pytest.mark.parametrize("how", LAYOUTS)
def test_the_numbers_stay(how):
    """In their places, in their type."""
    for array in ARRAYS:
        laid_out = LAYOUTS[how](array)
        assert type(laid_out) is np.ndarray
        assert laid_out.dtype == array.dtype
        np.testing.assert_array_equal(laid_out, array)


def test_strides_are_those_that_are_named():
    """Fortran order, gaps, negative strides, and strides of 0 where numbers repeat."""
    array = ARRAYS[0]
    assert LAYOUTS["in Fortran order"](array).flags.f_contiguous
    assert LAYOUTS["with gaps"](array).strides[-1] == 2 * array.itemsize
    assert all(stride < 0 for stride in LAYOUTS["backwards"](array).strides)
    assert LAYOUTS["broadcast"](array).strides == array.strides
    assert LAYOUTS["broadcast"](np.repeat(array[:1], 3, axis=0)).strides[0] == 0
    assert LAYOUTS["broadcast"](np.ones((2, 3))).strides == (0, 0)
    assert not LAYOUTS["read-only"](array).flags.writeable


@pytest.mark.parametrize("how", LAYOUTS)
def test_a_copy_has_the_strides_and_memory_of_its_own(how):
    """Whichever they are; what is written to it changes nothing else."""
    for array in ARRAYS:
        laid_out = LAYOUTS[how](array)
        copy = copied(laid_out)
        assert copy.strides == laid_out.strides
        assert not np.may_share_memory(copy, laid_out)
        np.testing.assert_array_equal(copy, array)
        copy[...] = 7
        assert copy.flags.writeable
        np.testing.assert_array_equal(laid_out, array)


def test_a_copy_of_fractions_is_of_the_same_objects():
    """In an array whose entries are Python's."""
    array = np.array([[Fraction(1, 3), Fraction(2)]], dtype=object)[:, ::-1]
    np.testing.assert_array_equal(copied(array), array)
    assert copied(array).strides == array.strides
