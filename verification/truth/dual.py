"""Dual numbers over the rationals: a value, and how it changes along any number of directions.

    x + Σ_d x_d ε_d        with ε_d ε_e = 0

Value and tangents are Fractions, so a derivative comes out exactly. A tangent is held under its
direction's name, and those that are zero may be left out: a number early in a network depends on few
directions. The operations are those that the reference's forward needs, each beside its derivative rule, and
numbers without tangents (Fraction, int) mix with Duals freely.

>>> x, y = Dual(Fraction(3), {"x": Fraction(1)}), Dual(Fraction(4), {"y": Fraction(1)})
>>> x * y / 2
Dual(6, x: 2, y: 3/2)
"""

from collections.abc import Hashable, Mapping
from fractions import Fraction
from functools import total_ordering
from typing import TypeAlias

Tangents: TypeAlias = Mapping[Hashable, Fraction]
Number: TypeAlias = "Dual | Fraction | int"

NO_TANGENTS: Tangents = {}


@total_ordering
class Dual:
    """``value`` + Σ ``tangents[d]`` ε_d."""

    __slots__ = ("tangents", "value")

    def __init__(self, value: Fraction, tangents: Tangents) -> None:
        self.value = value
        self.tangents = tangents

    def __repr__(self) -> str:
        parts = [str(self.value), *(f"{name}: {tangent}" for name, tangent in self.tangents.items())]
        return f"Dual({', '.join(parts)})"

    def __eq__(self, other: object) -> bool:
        return self.value == (other.value if isinstance(other, Dual) else other)

    def __lt__(self, other: Number) -> bool:
        return self.value < value_of(other)

    def __round__(self) -> int:
        # A whole number of what moves is a constant.
        return round(self.value)

    def __neg__(self) -> "Dual":
        return Dual(-self.value, _scaled(self.tangents, -1))

    def __abs__(self) -> "Dual":
        # At 0 the derivative of |a| is anything in [−1, 1]; softsign multiplies it by a = 0.
        return -self if self.value < 0 else self

    def __add__(self, other: Number) -> "Dual":
        return Dual(self.value + value_of(other), _sum(self.tangents, tangents_of(other)))

    __radd__ = __add__

    def __sub__(self, other: Number) -> "Dual":
        return self + -other

    def __rsub__(self, other: Number) -> "Dual":
        return -self + other

    def __mul__(self, other: Number) -> "Dual":
        """(x y)′ = x′ y + y′ x"""
        x, y = self.value, value_of(other)
        return Dual(x * y, _sum(_scaled(self.tangents, y), _scaled(tangents_of(other), x)))

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> "Dual":
        """(x / y)′ = (x′ − (x / y) y′) / y"""
        reciprocal = 1 / Fraction(value_of(other))
        quotient = self.value * reciprocal
        tangents = _sum(self.tangents, _scaled(tangents_of(other), -quotient))
        return Dual(quotient, _scaled(tangents, reciprocal))

    def __rtruediv__(self, other: Fraction | int) -> "Dual":
        return Dual(Fraction(other), NO_TANGENTS) / self

    def __pow__(self, n: int) -> "Dual":
        """(xⁿ)′ = n xⁿ⁻¹ x′"""
        return Dual(self.value**n, _scaled(self.tangents, n * self.value ** (n - 1)))


def value_of(number: Number) -> Fraction | int:
    """The number without its tangents."""
    return number.value if isinstance(number, Dual) else number


def tangents_of(number: Number) -> Tangents:
    """The number's tangents, none for one that is not a Dual."""
    return number.tangents if isinstance(number, Dual) else NO_TANGENTS


def _scaled(tangents: Tangents, factor: Fraction | int) -> Tangents:
    return {name: tangent * factor for name, tangent in tangents.items()} if factor else NO_TANGENTS


def _sum(left: Tangents, right: Tangents) -> Tangents:
    if len(left) < len(right):
        left, right = right, left
    if not right:
        return left
    total = dict(left)
    for name, tangent in right.items():
        total[name] = total[name] + tangent if name in total else tangent
    return total
