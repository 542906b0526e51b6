"""Dual numbers: each operation against the derivative rule it is named for, along two directions at once."""

import operator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.truth.dual import Dual, tangents_of, value_of

FRACTIONS = st.fractions(-3, 3, max_denominator=5)


def dual(value, **tangents):
    """A Dual of small numbers."""
    return Dual(Fraction(value), {name: Fraction(tangent) for name, tangent in tangents.items()})


def parts(number):
    """The value and the tangents that are not zero."""
    return value_of(number), {name: tangent for name, tangent in tangents_of(number).items() if tangent}


@pytest.mark.parametrize(
    ("got", "value", "tangents"),
    [
        (dual(3, x=1) + dual(4, y=1), 7, {"x": 1, "y": 1}),
        (dual(3, x=1) + dual(4, x=2), 7, {"x": 3}),
        (1 + dual(3, x=1), 4, {"x": 1}),
        (1 - dual(3, x=2), -2, {"x": -2}),
        (dual(3, x=1) - dual(4, x=1, y=2), -1, {"y": -2}),
        (dual(3, x=1) - Fraction(1, 2), Fraction(5, 2), {"x": 1}),
        (dual(3, x=1) * dual(4, y=1), 12, {"x": 4, "y": 3}),
        (0 * dual(3, x=1), 0, {}),
        (dual(3, x=1) / dual(4, y=1), Fraction(3, 4), {"x": Fraction(1, 4), "y": Fraction(-3, 16)}),
        (dual(3, x=1) / 2, Fraction(3, 2), {"x": Fraction(1, 2)}),
        (dual(3, x=2) ** 2, 9, {"x": 12}),
        (-dual(3, x=2), -3, {"x": -2}),
        (abs(dual(-3, x=2)), 3, {"x": -2}),
        (abs(dual(3, x=2)), 3, {"x": 2}),
    ],
)
def test_each_operation_is_its_rule(got, value, tangents):
    """Sums, products, quotients and powers carry the tangents of every direction."""
    assert parts(got) == (value, tangents)


@given(FRACTIONS, FRACTIONS)
def test_they_are_compared_by_their_values(x, y):
    """With each other and with other numbers, either way round."""
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
        assert compare(dual(x, a=1), dual(y, b=1)) is compare(x, y)
        assert compare(dual(x, a=1), y) is compare(x, dual(y)) is compare(x, y)
