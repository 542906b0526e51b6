"""The scalar functions of the compiled loops, in plain arithmetic that becomes vector code.

Everything rests on e^y for y ≤ 0. With s = 2ⁿ and r = y − n ln 2, and Padé's quotient of degree m for e^r,

    A(r) = Σ_j c_j r^j = Q(r²) + r P(r²)          c_j = (2m − j)! m! / ((2m)! j! (m − j)!)
    e^r = A(r) / A(−r)                            e^y = s (Q + rP) / (Q − rP)

of which the rest is below a quarter of the rounding unit: m = 4 in float32, 6 in float64. So one division
makes each function:

    tanh x    = ± ((1 − s) Q − (1 + s) rP) / ((1 + s) Q − (1 − s) rP)           y = −2 |x|
                or, nearer to 1,  ± (1 − 2s (Q + rP) / (the same))
    sigmoid x = (Q − rP) / (Q − rP + s (Q + rP)), or, for x < 0,
                s (Q + rP) / (the same)                                         y = −|x|

n is chosen such that −0.5 < r < 0.2: up to |x| = 1/4, where s = 1, tanh is rP / Q, and no difference loses
digits. n ln 2 is taken away in two parts, the first of so few bits that the product is exact.

Sources: Cody and Waite, *Software Manual for the Elementary Functions* (1980), chapters 6 and 13; Moler and
Van Loan, "Nineteen Dubious Ways to Compute the Exponential of a Matrix" (1978), method 2, for the c_j.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb, factorial, log
from types import MappingProxyType
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from rnn import activations
from rnn.compiled.options import OPTIONS, compiled, inlined

# By number: one text is compiled for all of them, and a row asks once which it is.
TANH, SIGMOID, RELU, SOFTSIGN, RATIONAL_GATE, IDENTITY = range(6)
KINDS = MappingProxyType(
    {
        activations.tanh: TANH,
        activations.sigmoid: SIGMOID,
        activations.relu: RELU,
        activations.softsign: SOFTSIGN,
        activations.rational_gate: RATIONAL_GATE,
        activations.identity: IDENTITY,
    }
)


@dataclass(frozen=True)
class _Number:
    """A type of float. Its exponent, plus ``bias``, stands above ``bits`` of significand.

    ``ln2`` is in two parts, ``degree`` is that of Padé's quotient. For y below ``vanishes`` e^y rounds to 0,
    and for y below ``drowns`` 1 − 2 e^y rounds to 1.
    """

    real: Any
    integer: Any
    bits: int
    bias: int
    ln2: tuple[float, float]
    degree: int
    vanishes: float
    drowns: float


def _polynomial(coefficients: Sequence[Any]) -> Any:
    """Σ_k coefficients[k] w^k, compiled, in the type of the coefficients."""
    first, *others = coefficients
    if not others:
        return inlined(lambda w: first)
    rest = _polynomial(others)
    return inlined(lambda w: rest(w) * w + first)


def _pade_in(number: _Number) -> Any:
    """n, Q and rP for y ≤ 0."""
    real, integer, m = number.real, number.integer, number.degree
    c = [factorial(2 * m - j) * comb(m, j) / factorial(2 * m) for j in range(m + 1)]
    Q, P_beyond_half = (
        _polynomial([real(each) for each in c[::2]]),
        _polynomial([real(each) for each in c[3::2]]),
    )
    high, low, per_ln2 = real(number.ln2[0]), real(number.ln2[1]), real(1 / log(2))
    half, below_next = real(0.5), real(0.28)

    @inlined
    def pade(y):  # type: ignore[no-untyped-def]
        n = integer(y * per_ln2 - below_next)
        r = y - real(n) * high
        r -= real(n) * low
        w = r * r
        # P(0) is 1/2, so that the first term is exact.
        return n, Q(w), P_beyond_half(w) * (w * r) + half * r

    return pade


def _tanh_in(number: _Number) -> Callable[[Any], Any]:
    real, integer, pade = number.real, number.integer, _pade_in(number)
    one, two, quarter, least = real(1), real(2), real(0.25), real(number.drowns)
    shift, zero = integer(number.bits), integer(number.bias)

    def tanh(x):  # type: ignore[no-untyped-def]  # compiled
        n, Q, rP = pade(max(-two * abs(x), least))
        s = integer((n + zero) << shift).view(real)
        near_one = s < quarter
        above = two * s * (Q + rP) if near_one else (one - s) * Q - (one + s) * rP
        quotient = above / ((one + s) * Q - (one - s) * rP)
        return np.copysign(one - quotient if near_one else quotient, x)

    return tanh


def _sigmoid_in(number: _Number) -> Callable[[Any], Any]:
    real, integer, pade = number.real, number.integer, _pade_in(number)
    none, least = real(0), real(number.vanishes)
    shift, zero = integer(number.bits), integer(number.bias)

    def sigmoid(x):  # type: ignore[no-untyped-def]  # compiled
        n, Q, rP = pade(max(-abs(x), least))
        # s in two factors, of which each is a normal number where the product is a denormal one.
        m = n >> integer(1)
        first, second = integer((m + zero) << shift).view(real), integer((n - m + zero) << shift).view(real)
        A, B = (Q + rP) * first * second, Q - rP
        return (A if x < none else B) / (B + A)

    return sigmoid


_NUMBERS = {
    types.float32: _Number(
        *(np.float32, np.int32, 23, 127), (0.693359375, -2.1219444005469057e-4), 4, -104.0, -19.0
    ),
    types.float64: _Number(
        *(np.float64, np.int64, 52, 1023), (0.6931471803691238, 1.9082149292705877e-10), 6, -746.0, -40.0
    ),
}
_TANH = {kind: _tanh_in(number) for kind, number in _NUMBERS.items()}
_SIGMOID = {kind: _sigmoid_in(number) for kind, number in _NUMBERS.items()}


# Untyped, in Numba's own words.
_OPTIONS: Any = OPTIONS


def _tanh(x: Any) -> Any:
    raise NotImplementedError  # what is compiled in its place stands in the table


def _sigmoid(x: Any) -> Any:
    raise NotImplementedError


overload(_tanh, jit_options=_OPTIONS)(lambda x: _TANH.get(x))
overload(_sigmoid, jit_options=_OPTIONS)(lambda x: _SIGMOID.get(x))


@compiled
def value(kind, a):  # type: ignore[no-untyped-def]
    """f(a) in the place of a, for an array of one axis."""
    # A number of the array's own type: beside Python's 1 a float32 becomes a float64.
    one = a.dtype.type(1)
    if kind == TANH:
        for j in range(a.size):
            a[j] = _tanh(a[j])
    elif kind == SIGMOID:
        for j in range(a.size):
            a[j] = _sigmoid(a[j])
    elif kind == RELU:
        for j in range(a.size):
            a[j] = max(a[j], one - one)
    elif kind == SOFTSIGN:
        for j in range(a.size):
            a[j] = a[j] / (one + abs(a[j]))
    elif kind == RATIONAL_GATE:
        for j in range(a.size):
            e = one / (one + abs(a[j])) / (one + one)
            a[j] = one - e if a[j] >= 0 else e


@inlined
def slope(kind, y, one):  # type: ignore[no-untyped-def]
    """f′(a), given y = f(a) and a 1 of its type."""
    if kind == TANH:
        return one - y * y
    if kind == SIGMOID:
        return (one - y) * y
    if kind == RELU:
        return one if y > 0 else one - one
    if kind == SOFTSIGN:
        return (one - abs(y)) * (one - abs(y))
    if kind == RATIONAL_GATE:
        least = min(y, one - y)
        return (least + least) * least
    return one


@compiled
def slopes(kind, y, out):  # type: ignore[no-untyped-def]
    """f′(a), given y = f(a), for arrays of one axis."""
    one = y.dtype.type(1)
    for j in range(out.size):
        out[j] = slope(kind, y[j], one)
