"""The scalar functions of the compiled loops, in plain arithmetic that becomes vector code.

Everything rests on e^y − 1 for y ≤ 0. With n = round(y / ln 2) and r = y − n ln 2, so that |r| ≤ 0.35,

    e^r − 1 = r + r²/2! + r³/3! + …        e^y − 1 = 2ⁿ (e^r − 1) + (2ⁿ − 1)

which is accurate relative to its own size for small y as well. n ln 2 is taken away in two parts, the first
of so few bits that the product is exact. The series ends where the rest is below a quarter of the rounding
unit: after r⁷ / 7! in float32, after r¹³ / 13! in float64. Then

    tanh x    = ± (1 − e) / (1 + e), or, nearer to 1,  ± (1 − 2 e / (1 + e))     e = exp(−2 |x|)
    sigmoid x = 1 / (1 + e), or, for x < 0,            e / (1 + e)               e = exp(−|x|)

Source: Cody and Waite, *Software Manual for the Elementary Functions* (1980), chapters 6 and 13.
"""

from collections.abc import Callable
from math import factorial, log
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


def _exp_and_expm1_in(
    real: Any, integer: Any, bits: int, bias: int, ln2: tuple[float, float], terms: int, least: float
) -> Callable[[Any], Any]:
    """e^y and e^y − 1 for y ≤ 0 in one type of float.

    Its exponent, plus ``bias``, stands above ``bits`` of significand. ``ln2`` is in two parts, the series
    ends at r to the power of ``terms``, and e to the power of ``least`` rounds to 0.
    """
    high, low = real(ln2[0]), real(ln2[1])
    per_ln2, half, one, lowest = real(1 / log(2)), real(0.5), real(1), real(least)
    series = tuple(real(1 / factorial(k)) for k in range(terms, 1, -1))
    shift, zero = integer(bits), integer(bias)

    def exp_and_expm1(y):  # type: ignore[no-untyped-def]  # compiled
        y = max(y, lowest)
        n = integer(y * per_ln2 - half)
        r = y - real(n) * high
        r -= real(n) * low
        p = series[0]
        for coefficient in series[1:]:
            p = p * r + coefficient
        expm1_r = p * r * r + r
        # 2ⁿ in two factors, of which each is a normal number where the product is a denormal one.
        m = n >> integer(1)
        first, second = integer((m + zero) << shift).view(real), integer((n - m + zero) << shift).view(real)
        scale = first * second
        return (expm1_r + one) * first * second, expm1_r * scale + (scale - one)

    return exp_and_expm1


def _tanh_in(real: Any) -> Callable[[Any], Any]:
    one, two, quarter = real(1), real(2), real(0.25)

    def tanh(x):  # type: ignore[no-untyped-def]  # compiled
        e, expm1 = _exp_and_expm1(-two * abs(x))
        near_one = e < quarter
        quotient = (two * e if near_one else -expm1) / (expm1 + two)
        return np.copysign(one - quotient if near_one else quotient, x)

    return tanh


def _sigmoid_in(real: Any) -> Callable[[Any], Any]:
    one, zero = real(1), real(0)

    def sigmoid(x):  # type: ignore[no-untyped-def]  # compiled
        e, _ = _exp_and_expm1(-abs(x))
        return (e if x < zero else one) / (one + e)

    return sigmoid


_EXP_AND_EXPM1 = {
    types.float32: _exp_and_expm1_in(
        np.float32, np.int32, 23, 127, (0.693359375, -2.1219444005469057e-4), 7, -104.0
    ),
    types.float64: _exp_and_expm1_in(
        np.float64, np.int64, 52, 1023, (0.6931471803691238, 1.9082149292705877e-10), 13, -746.0
    ),
}
_TANH = {types.float32: _tanh_in(np.float32), types.float64: _tanh_in(np.float64)}
_SIGMOID = {types.float32: _sigmoid_in(np.float32), types.float64: _sigmoid_in(np.float64)}


# Untyped, in Numba's own words.
_OPTIONS: Any = OPTIONS


def _exp_and_expm1(y: Any) -> Any:
    raise NotImplementedError  # what is compiled in its place stands in the table


def _tanh(x: Any) -> Any:
    raise NotImplementedError


def _sigmoid(x: Any) -> Any:
    raise NotImplementedError


overload(_exp_and_expm1, jit_options=_OPTIONS)(lambda y: _EXP_AND_EXPM1.get(y))
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
            a[j] = (one + a[j] / (one + abs(a[j]))) / (one + one)


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
        away = one - abs(y + y - one)
        return away * away / (one + one)
    return one


@compiled
def slopes(kind, y, out):  # type: ignore[no-untyped-def]
    """f′(a), given y = f(a), for arrays of one axis."""
    one = y.dtype.type(1)
    for j in range(out.size):
        out[j] = slope(kind, y[j], one)
