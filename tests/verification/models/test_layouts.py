"""Layouts in memory keep the numbers, and are told in words."""

import numpy as np
import pytest

from verification.models.layouts import LAYOUTS, in_words, laid_out

ARRAY = np.arange(6.0).reshape(2, 3)
ALIKE = np.broadcast_to(ARRAY[:1], (4, 3)).copy()


@pytest.mark.parametrize("layout", [None, *LAYOUTS])
@pytest.mark.parametrize("array", [ARRAY, ALIKE, np.zeros((1, 1)), np.ones(3), np.array(2.0)])
def test_a_layout_keeps_the_numbers_in_an_array_of_its_own(layout, array):
    """Of any shape."""
    laid = laid_out(array, layout)
    np.testing.assert_array_equal(laid, array)
    assert not np.may_share_memory(laid, array)


def test_each_layout_is_what_it_is_called():
    """By strides and flags."""
    assert laid_out(ARRAY, "Fortran order").flags.f_contiguous
    assert all(step < 0 for step in laid_out(ARRAY, "backwards").strides)
    assert laid_out(ARRAY, "a gap after each number").strides == (48, 16)
    assert laid_out(ALIKE, "repeated").strides[0] == 0
    assert laid_out(np.zeros((2, 3)), "repeated").strides == (0, 0)
    assert laid_out(ARRAY, "repeated").strides == ARRAY.strides
    assert not laid_out(ARRAY, "read-only").flags.writeable
    assert laid_out(ARRAY.T, None).flags.c_contiguous


def test_words_name_what_lies_otherwise():
    """All arrays alike, or each by its name."""
    assert in_words({"a": "backwards", "b": "backwards"}) == "all arrays in memory: backwards"
    assert in_words({"a": "Fortran order"}) == "a in memory: Fortran order"
