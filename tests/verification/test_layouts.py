"""Every layout holds the same numbers, by the strides that it is named after."""

import numpy as np
import pytest

from verification.directed import ordinary
from verification.layouts import LAYOUTS, alone, relaid
from verification.patients import patients

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


def test_all_arrays_are_laid_out_and_then_one_alone():
    """A name for each, and the problem's own arrays are left as they lie."""
    problem = patients()[0].problem
    before = {name: array.strides for name, array in problem.arrays().items()}
    hows = [how for how, _ in relaid(problem)]
    assert hows[:-1] == [f"all {how}" for how in LAYOUTS]
    assert hows[-1] == " alone ".join(alone(problem))
    (_, last) = list(relaid(problem))[-1]
    changed = [name for name, array in last.arrays().items() if array.strides != before[name]]
    assert changed == [alone(problem)[0]]
    assert {name: array.strides for name, array in problem.arrays().items()} == before


def test_xs_alone_has_its_turns_in_every_run():
    """In each layout, among the problems that every run meets."""
    turns = {alone(problem) for problem in ordinary()}
    assert {how for name, how in turns if name == "xs"} == set(LAYOUTS) - {"read-only"}


def test_a_turn_depends_on_no_number():
    """So that a smaller example that only has other numbers is asked the same."""
    problem = patients()[0].problem
    others = problem.replaced(**{name: array * 3 + 1 for name, array in problem.arrays().items()})
    assert alone(others) == alone(problem)
