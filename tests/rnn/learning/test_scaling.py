"""A scale: by hand, weighted, and undone."""

import numpy as np
import pytest

from rnn.learning.scaling import Scale, learn_scale

VALUES = np.random.default_rng(0).normal(3, 2, (5, 4, 2))
COUNTS = np.array([2, 0, 1, 1, 3])


def test_a_weight_counts_a_record_so_many_times():
    """In the mean and in the spread, over records and steps."""
    repeated = np.repeat(VALUES, COUNTS, axis=0).reshape(-1, 2)
    scale = learn_scale(VALUES, COUNTS.astype(float))
    np.testing.assert_allclose(scale.mean, repeated.mean(axis=0))
    np.testing.assert_allclose(scale.spread, repeated.std(axis=0))


@pytest.mark.parametrize("size", [2.0**-1000, 2.0**-660, 2.0**530, 2.0**1000])
def test_numbers_of_any_size_have_a_spread(size):
    """Whose squares no float holds as well: in units of it they are the same, to the bit."""
    scale, one = (learn_scale(size_of * VALUES, COUNTS.astype(float)) for size_of in (size, 1))
    np.testing.assert_array_equal(scale.forward(size * VALUES), one.forward(VALUES))
    np.testing.assert_array_equal(scale.back(VALUES), size * one.back(VALUES))


def test_units_by_hand():
    """There and back, in the type of what is given."""
    scale = Scale(np.array([3.0]), np.array([2.0]))
    for way, value, wanted in ((scale.forward, 7, 2), (scale.back, 2, 7)):
        found = way(np.array([value], "f4"))
        assert (found.tolist(), found.dtype) == ([wanted], np.float32)


def test_what_never_changes_has_spread_one():
    """So that nothing is divided by zero, or by a rounding error."""
    assert learn_scale(np.full((7, 1), 0.1), np.ones(7)).spread.tolist() == [1.0]
    assert learn_scale(np.zeros((7, 1)), np.ones(7)).spread.tolist() == [1.0]
