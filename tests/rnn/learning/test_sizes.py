"""Means and sizes are those of the same numbers in other units, as far as floats reach."""

import numpy as np
import pytest

from rnn.learning.sizes import mean_and_deviation, root_mean_square, scaled

# Units whose squares are far beyond the largest float, or far below the least.
UNITS = [2.0**-1000, 2.0**-540, 2.0**1000]
VALUES = np.random.default_rng(0).normal(3, 2, (5, 4, 1, 2))


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
def test_sizes_in_any_unit_are_the_same_to_the_bit(unit, axis):
    """Of a power of two, whose factor rounds nothing."""
    np.testing.assert_array_equal(
        root_mean_square(unit * VALUES, axis), unit * np.sqrt(np.square(VALUES).mean(axis))
    )
    mean, deviation = mean_and_deviation(unit * VALUES, axis)
    np.testing.assert_array_equal(mean, unit * VALUES.mean(axis))
    np.testing.assert_array_equal(deviation, unit * VALUES.std(axis))


@pytest.mark.parametrize("unit", UNITS)
def test_each_column_has_its_own_unit(unit):
    """What is small in one is not lost beside another; weights count records."""
    values, weights = VALUES[:, 0, 0] * [1.0, unit], np.array([2.0, 0, 1, 1, 3])
    mean, deviation = mean_and_deviation(values.T, 1, np.broadcast_to(weights, (2, 5)))
    repeated = np.repeat(VALUES[:, 0, 0], weights.astype(int), axis=0)
    size = np.sqrt(np.square(VALUES[:, 0, 0]).mean(axis=0))
    np.testing.assert_allclose(root_mean_square(values, 0), size * [1, unit], rtol=1e-14)
    np.testing.assert_allclose(mean, repeated.mean(axis=0) * [1, unit], rtol=1e-14)
    np.testing.assert_allclose(deviation, repeated.std(axis=0) * [1, unit], rtol=1e-14)


@pytest.mark.parametrize("values", [np.zeros(3), np.zeros(0), np.full(4, 5e-324), np.full(4, 1.7e308)])
def test_the_ends_of_the_range(values):
    """Zeros, none at all, the least and nearly the largest: at most 1, and back again."""
    small, exponents = scaled(values)
    assert (np.abs(small) <= 1).all()
    np.testing.assert_array_equal(np.ldexp(small, exponents), values)
    if values.size:
        assert root_mean_square(values) == values[0]
        assert [*mean_and_deviation(values)] == [values[0], 0]
