"""How close is close enough: units, the bound, and when a case determines a block."""

from math import ldexp

import numpy as np
import pytest

from verification.models.tolerance import (
    SAFETY,
    WIDER,
    Expected,
    half_of_digits,
    least_healthy,
    least_normal,
    many,
    unit,
)

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def expected(truth=(3.0, -4.0), spread=0.0, terms=0.0, dtype=FLOAT64):
    """A block's truth, of its own or of these numbers."""
    return Expected(np.array(truth, WIDER[dtype]), spread, terms, dtype)


def test_the_unit_is_the_error_of_one_rounding():
    """u is 2⁻²⁴ in float32 and 2⁻⁵³ in float64: 1 + u rounds to 1, and 1 + 3u/2 does not."""
    assert unit(FLOAT32) == ldexp(1, -24)
    assert unit(FLOAT64) == ldexp(1, -53)
    for dtype in (FLOAT32, FLOAT64):
        one, u = dtype.type(1), dtype.type(unit(dtype))
        assert one + u == one
        assert one + u * dtype.type(1.5) != one


def test_a_healthy_number_survives_a_product_with_a_rounding():
    """The least healthy number times u is the smallest normal one."""
    assert least_healthy(FLOAT32) * unit(FLOAT32) == np.finfo(np.float32).tiny
    assert least_healthy(FLOAT64) * unit(FLOAT64) == np.finfo(np.float64).tiny
    assert 1e-31 < least_healthy(FLOAT32) < 1e-30


def test_the_bound_is_sixteen_times_spread_and_terms():
    """SAFETY · (Y + u A), from each alone and both."""
    assert SAFETY == 16
    assert expected(spread=1e-12).bound == pytest.approx(16e-12)
    assert expected(terms=2.0).bound == pytest.approx(32 * 2.0**-53)
    assert expected(terms=2.0, dtype=FLOAT32).bound == pytest.approx(32 * 2.0**-24)
    assert expected(spread=1e-12, terms=2.0).bound == pytest.approx(16e-12 + 32 * 2.0**-53)


def test_many_addends_round_together():
    """Beyond SAFETY of them in proportion; half of the digits of a type, and a rounding of what is kept."""
    terms = np.array([2.0])
    assert [float(many(terms, n)[0]) for n in (1, 16, 17, 160)] == [2.0, 2.0, 2.125, 20.0]
    assert half_of_digits(FLOAT32) == pytest.approx(3 * 2.0**-11.5)
    assert half_of_digits(np.dtype(np.float16)) == 0.01
    of_half = [Expected(np.array([a]), 0.0, 0.0, FLOAT32, kept="float16") for a in (4, 3.1e-5, 3e-5, 7e4)]
    assert [each.determined for each in of_half[:3]] == [True, True, False]
    assert [each.bound for each in (*of_half[:2], of_half[3])] == [4 * 2.0**-11, 2.0**-25, np.inf]


def test_a_zero_truth_is_counted_elsewhere():
    """It is not undetermined: the row counts it as zero."""
    zero = expected(truth=(0.0, 0.0), spread=1.0)
    assert zero.determined
    assert zero.size == 0


def test_a_rounding_of_the_least_number_is_allowed():
    """A unit of the least normal number is no number of double precision, and sixteen of it are one."""
    tiny = least_normal(FLOAT64)
    expected = Expected(np.array([np.longdouble("1e-372")]), 0.0, tiny, FLOAT64)
    assert unit(FLOAT64) * tiny == 0
    assert expected.bound == ldexp(1.0, -1022 - 53 + 4)
