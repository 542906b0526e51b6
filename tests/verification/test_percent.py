"""Shares in per cent."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.text import percent


@pytest.mark.parametrize(
    ("share", "whole", "tenths"),
    [
        (0, "0%", "0%"),
        (1, "100%", "100%"),
        (1 / 10_000, "<1%", "<0.1%"),
        (0.0049, "<1%", "0.5%"),
        (0.0051, "1%", "0.5%"),
        (2 / 3, "67%", "66.7%"),
        (0.125, "12%", "12.5%"),
        (0.9949, "99%", "99.5%"),
        (0.9951, ">99%", "99.5%"),
        (1 - 1 / 10_000, ">99%", ">99.9%"),
        (1 - 2**-53, ">99%", ">99.9%"),
        (2**-1074, "<1%", "<0.1%"),
    ],
)
def test_a_share_is_rounded(share, whole, tenths):
    """Not cut; and nothing but 0 and 1 is written as none and all."""
    assert percent(share) == whole
    assert percent(share, 1) == tenths


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(0, 3))
def test_what_is_written_is_true(counts, digits):
    """A sign before it makes it a bound; without one it is within half of its last digit."""
    part, whole = counts
    exact = 100 * Fraction(part, whole)
    text = percent(part / whole, digits)
    assert text.endswith("%")
    shown = Fraction(text.strip("<>%"))
    if text[0] == "<":
        assert 0 < exact < shown
    elif text[0] == ">":
        assert shown < exact < 100
    else:
        assert abs(shown - exact) <= Fraction(1, 2 * 10**digits) + Fraction(1, 10**9)
        assert (shown == 0) == (part == 0)
        assert (shown == 100) == (part == whole)
