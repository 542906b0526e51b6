"""Layouts in memory keep the numbers, and are reported in words."""

import numpy as np
import pytest

from verification.models.layouts import (
    ALTERNATE,
    COLUMNS,
    LAYOUTS,
    ONE_BUFFER,
    SHARED,
    STEPS_FIRST,
    TOGETHER,
    arranged,
    laid_out,
    layout_of,
)

ARRAY = np.arange(6.0).reshape(2, 3)
ALIKE = np.broadcast_to(ARRAY[:1], (4, 3)).copy()


@pytest.mark.parametrize("layout", [None, *LAYOUTS])
@pytest.mark.parametrize("array", [ARRAY, ALIKE, np.zeros((1, 1)), np.ones(3), np.array(2.0)])
def test_a_layout_keeps_the_numbers_in_an_array_of_its_own(layout, array):
    laid = laid_out(array, layout)
    np.testing.assert_array_equal(laid, array)
    assert not np.may_share_memory(laid, array)


def test_each_layout_is_what_it_is_called():
    assert laid_out(ARRAY, "Fortran order").flags.f_contiguous
    assert all(step < 0 for step in laid_out(ARRAY, "backwards").strides)
    assert laid_out(ARRAY, "a gap after each number").strides == (48, 16)
    assert laid_out(ALIKE, "repeated").strides[0] == 0
    assert laid_out(np.zeros((2, 3)), "repeated").strides == (0, 0)
    assert laid_out(ARRAY, "repeated").strides == ARRAY.strides
    assert not laid_out(ARRAY, "read-only").flags.writeable
    sequence = np.arange(24.0).reshape(2, 3, 4)
    assert laid_out(sequence, STEPS_FIRST).swapaxes(0, 1).flags.c_contiguous
    assert laid_out(ARRAY, COLUMNS).base.shape == (2, 5)
    assert laid_out(ARRAY, ALTERNATE).base.shape == (4, 3)
    assert laid_out(ARRAY.T, None).flags.c_contiguous


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_is_recognised(layout):
    """Numbers in C order have none; a part of an array that lies otherwise is named by its strides."""
    array = np.tile(np.arange(12.0).reshape(3, 4), (2, 1, 1))
    laid = laid_out(array, layout)
    assert layout_of(laid) == layout
    assert not any(each.holds(array) for each in LAYOUTS.values())
    assert layout_of(array) is layout_of(np.array(2.0)) is layout_of(np.ones((2, 1))[:, :1]) is None
    assert layout_of(laid[::-1, :, :2]) in LAYOUTS


def test_several_arrays_lie_in_one_buffer_or_in_the_same_memory():
    """Where their numbers are the same."""
    scalar = np.array(2.0)
    one, two, three = arranged([ARRAY, scalar, -ARRAY], [ONE_BUFFER, ONE_BUFFER, None])
    assert TOGETHER[ONE_BUFFER].holds([one, two])
    assert not TOGETHER[ONE_BUFFER].holds([one, three])
    assert three.base is None
    for made, array in ((one, ARRAY), (two, scalar), (three, -ARRAY)):
        np.testing.assert_array_equal(made, array)
    one, two, three = arranged([ARRAY, ARRAY, -ARRAY], [SHARED, SHARED, SHARED])
    assert one is two
    assert TOGETHER[SHARED].holds([one, two])
    assert not TOGETHER[SHARED].holds([one, three])
    assert not np.may_share_memory(one, three)
    np.testing.assert_array_equal(three, -ARRAY)
