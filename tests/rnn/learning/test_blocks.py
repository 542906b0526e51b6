"""Blocks as one vector and back, and which of them is not finite."""

import re
from typing import NamedTuple

import numpy as np
import pytest

from rnn.common.arrays import Array
from rnn.learning.blocks import as_vector, check_params, check_update, checked_block, minus, names


class Pair(NamedTuple):
    """Two blocks of parameters."""

    M: Array
    v: Array


class Misnamed(tuple):
    """A tuple with fewer names than arrays."""

    _fields = ("only",)


ONES = Pair(np.ones((2, 2)), np.ones(3))


def test_the_entries_are_one_after_another():
    """Block after block, in C order whatever the layout, in a new vector."""
    grads = Pair(np.arange(4.0).reshape(2, 2).T, np.arange(4.0, 7.0))
    vector = as_vector(ONES, grads)
    assert vector.tolist() == [0, 2, 1, 3, 4, 5, 6]
    assert not any(np.shares_memory(vector, block) for block in grads)
    assert as_vector(tuple(ONES), list(grads)).tolist() == vector.tolist()


def test_what_is_no_tuple_has_no_vector():
    """By its kind."""
    with pytest.raises(TypeError, match=r"^grads: int, needed a tuple of arrays, as params$"):
        as_vector(ONES, 3)


def test_a_vector_that_does_not_fit_in_memory_is_refused():
    """As views of one number gradients take no memory, side by side they do."""
    large = (np.broadcast_to(np.float64(1), (2**13, 2**13)),) * 2**14
    with pytest.raises(MemoryError, match=r"^grads: blocks, needed smaller ones: it does not fit in memory$"):
        as_vector(large, large)


def test_a_block_that_could_not_be_there_is_refused():
    """By its name and shape."""
    with pytest.raises(
        MemoryError, match=rf"^g: shape \({2**59},\), needed a smaller one: it does not fit in memory$"
    ):
        checked_block("g", np.broadcast_to(np.float64(1), (2**59,)))


def test_a_vector_is_taken_from_its_blocks():
    """Each part from its own block, in a new tuple of the same class."""
    new = minus(ONES, np.arange(7.0))
    assert type(new) is Pair
    assert new.M.tolist() == [[1, 0], [-1, -2]]
    assert new.v.tolist() == [-3, -4, -5]


def test_blocks_have_names_or_places():
    """Places where there are no names, or not as many."""
    assert list(names(ONES)) == ["M", "v"]
    assert list(names(tuple(ONES))) == [0, 1]
    assert list(names(Misnamed(ONES))) == [0, 1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_floats_are_a_block(dtype):
    """Returned as they are."""
    block = np.ones(2, dtype)
    assert checked_block("g", block) is block


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ([1.0], "g: list, needed a NumPy array"),
        (1.0, "g: float, needed a NumPy array"),
        (np.float64(1), "g: float64, needed a NumPy array"),
        (np.ones(1, np.float16), "g: dtype float16, needed float32, float64 or longdouble"),
        (np.ones(1, object), "g: dtype object, needed float32, float64 or longdouble"),
        (np.ones((1, 1)).view(np.matrix), "g: matrix, needed a NumPy array"),
        (np.ones(1).view(np.recarray), "g: recarray, needed a NumPy array"),
        (np.ma.ones(1), "g: a masked array, needed one without a mask, as its filled() is"),
    ],
)
def test_anything_else_is_none(block, message):
    """By its kind, or the type of its numbers."""
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        checked_block("g", block)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (None, "params: NoneType, needed a NamedTuple of arrays"),
        ((), "params: tuple, needed a NamedTuple of arrays"),
        ([np.ones(2)], "params: list, needed a NamedTuple of arrays"),
        (Pair(np.ones(2), None), "params.v: NoneType, needed a NumPy array"),
        ((np.ones(2), np.ones(2, "f4")), "params.1: dtype float32, needed float64, as the first block"),
    ],
)
def test_what_are_no_parameters_is_refused(params, message):
    """By the name of the block that is wrong."""
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        check_params(params)


def test_an_update_that_stays_finite_passes():
    """Also where squares overflow."""
    large = Pair(np.full((2, 2), 1e200), np.ones(3))
    assert check_update(ONES, (), large, (np.full(7, 1e300),)) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_an_update_left_that_is_not_finite_is_named(bad):
    """A block before a vector of the state."""
    wrong = Pair(np.ones((2, 2)), np.array([1, bad, 1]))
    moments = np.ones(7), np.array([1.0] * 6 + [bad])
    with pytest.raises(FloatingPointError, match=rf"^params\.v: {bad} at \(1,\), needed finite numbers; "):
        check_update(ONES, (), wrong, moments)
    with pytest.raises(
        FloatingPointError, match=rf"^state\.moments\[1\]: {bad} at \(6,\), needed finite numbers"
    ):
        check_update(ONES, (), ONES, moments)


def test_what_was_given_is_to_blame_first():
    """Where parameters or the state were not finite before, that is a ValueError."""
    wrong, moments = Pair(ONES.M, np.full(3, np.nan)), (np.full(7, np.inf),)
    with pytest.raises(ValueError, match=r"^params\.v: nan at \(0,\), needed finite numbers$"):
        check_update(wrong, moments, wrong, moments)
    with pytest.raises(ValueError, match=r"^state\.moments\[0\]: inf at \(0,\), needed finite numbers$"):
        check_update(ONES, moments, wrong, moments)
