"""Arrays are compared entry by entry, and what is wrong is reported by its worst place."""

import numpy as np
import pytest

from verification.truth.comparison import compare, near, off, unequal


def test_compare_is_about_every_entry():
    """Within the bound, on it, beyond it; the index is that of the worst."""
    want = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert compare("W", want, want, 0.0) is None
    assert compare("W", want + 0.5, want, 0.5) is None
    wrong = compare("W", np.array([[1.5, 2.75], [4.0, 4.25]]), want, 0.5)
    assert (wrong.part, wrong.index, wrong.got, wrong.want, wrong.bound) == ("W", (1, 0), 4.0, 3.0, 0.5)


@pytest.mark.parametrize("worst", [np.nan, np.inf, -np.inf])
def test_compare_takes_nothing_that_is_not_finite(worst):
    """NaN and infinity are wrong under every bound, and worse than any finite entry."""
    wrong = compare("b", np.array([1e9, worst, 0.0]), np.zeros(3), 1e12)
    assert wrong.index == (1,)


def test_compare_takes_a_bound_that_its_type_does_not_hold():
    """float32 ends at 3e38, and a bound that is of no use may be larger: nothing overflows."""
    one, other = np.float32([1, 2]), np.float32([1, 2.5])
    assert compare("b", one, other, 1e40) is None
    assert compare("b", one, other, 1e-3) is not None


def test_compare_looks_in_the_wider_type():
    """A truth of float64 is not rounded to a float32 answer before it is compared."""
    got, want = np.array([1.0], np.float32), np.array([1 + 1e-9])
    assert compare("b", got, want, 1e-10) is not None
    assert compare("b", got, want, 1e-8) is None


@pytest.mark.parametrize("error", [0.5, 0.5j, 0.3 + 0.4j])
def test_a_complex_number_is_as_far_off_as_its_distance(error):
    """In either part, or in both."""
    want = np.array([1 + 2j])
    assert compare("b", want + error, want, 0.51) is None
    assert compare("b", want + error, want, 0.49) is not None


def test_unequal_is_the_first_that_differs():
    """By any bit, in any type; NaN equals nothing."""
    want = np.array([[1, 2], [3, 4]])
    assert unequal("W", want.copy(), want) is None
    wrong = unequal("W", np.array([[1, 2], [5, 6]]), want)
    assert (wrong.index, wrong.got, wrong.want, wrong.bound) == ((1, 0), 5, 3, 0.0)
    assert unequal("b", np.array([np.nan]), np.array([np.nan])).index == (0,)


def test_how_far_off_an_array_is_goes_by_its_largest_number():
    """Of nothing but zeros anything else is infinitely far off, and zeros are not."""
    want = np.array([4.0, -8.0, 0.0])
    assert off(want + 2, want) == 0.25
    assert (near(want + 2, want, 0.25), near(want + 2, want, 0.2)) == (True, False)
    assert (off(0 * want, 0 * want), off(want, 0 * want)) == (0.0, np.inf)
    assert not near(np.array([np.nan, 0.0, 0.0]), want, 1.0)
