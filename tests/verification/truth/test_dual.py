"""Dual numbers compare by their values; what they compute, exact gradients and a model's soundness hold."""

import operator
from fractions import Fraction

import pytest

from verification.truth.dual import Dual

BY = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)


@pytest.mark.parametrize("compare", BY, ids=lambda compare: compare.__name__)
def test_they_are_compared_by_their_values(compare):
    """With each other and with other numbers, either way round."""
    some = [Fraction(n, 2) for n in range(-2, 3)]
    for x, y in ((x, y) for x in some for y in some):
        one, other = Dual(x, {"a": Fraction(1)}), Dual(y, {"b": Fraction(1)})
        assert compare(one, other) is compare(one, y) is compare(x, other) is compare(x, y)


def test_a_number_is_divided_by_one():
    """(n / x)′ = −n x′ / x²."""
    quotient = 3 / Dual(Fraction(2), {"x": Fraction(5)})
    assert (quotient.value, quotient.tangents) == (Fraction(3, 2), {"x": Fraction(-15, 4)})
