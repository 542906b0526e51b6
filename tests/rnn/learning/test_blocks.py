"""Blocks as one vector and back, and which of them is not finite."""

from typing import NamedTuple

import numpy as np

from rnn.common.arrays import Array
from rnn.learning.blocks import as_vector, check_update, minus, names


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


def test_an_update_that_stays_finite_passes():
    """Also where squares overflow."""
    large = Pair(np.full((2, 2), 1e200), np.ones(3))
    assert check_update(ONES, (), large, (np.full(7, 1e300),)) is None
