"""Activations, each with its slope.

The slope is written from the output, y = f(a), so the backward needs no pre-activation:

=========  ====================  ==================
name       y = f(a)              f′(a) in terms of y
=========  ====================  ==================
tanh       tanh a                1 − y²
sigmoid    1 / (1 + e⁻ᵃ)         y (1 − y)
relu       max(0, a)             1 where y > 0, else 0
softsign   a / (1 + abs a)       (1 − abs y)²
identity   a                     1
=========  ====================  ==================

and for the gates of LSTM and GRU, where numbers are to stay rational, ``rational_gate``,
½ (1 + a / (1 + abs a)). With e = ½ / (1 + abs a) it is e for a < 0, without a difference that would lose the
digits of a gate that is nearly closed, and 1 − e for others; its slope is 2 min(y, 1 − y)².

At its kink relu takes the slope 0. A slope written from a rounded output is accurate to a few
roundings of 1; where the output saturates it loses relative accuracy, which ``verification`` measures.

``value(a, out)`` and ``slope(y, out)`` write into ``out``, an array of the shape of the first argument and
not that argument itself. ``value`` may overwrite ``a``; ``slope`` leaves ``y`` as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn.common.arrays import FLOATS, FRACTIONS, Array, zeros
from rnn.common.checks import check_named_functions, shown
from rnn.common.representation import as_call


@dataclass(frozen=True)
class Activation:
    """A scalar function, applied to each entry.

    ``value(a, out)`` writes f(a) into ``out``; ``slope(y, out)`` writes f′(a), given y = f(a).
    """

    name: str
    value: Callable[[Array, Array], object]
    slope: Callable[[Array, Array], object]

    def __post_init__(self) -> None:
        check_named_functions("Activation", self.name, value=self.value, slope=self.slope)

    def __repr__(self) -> str:
        return self.name if self in OURS else as_call(self)


def _tanh_slope(y: Array, out: Array) -> None:
    # One operand, read once: against `multiply(y, y)` this saves a third of the time, for states lie in rows.
    np.square(y, out=out)
    np.subtract(1, out, out=out)


# e⁸⁰ is finite in every float type, and adding 1 to it changes nothing in any of them, quadruple precision
# included: from there on the sigmoid is exactly 1. As arrays NumPy takes numbers faster than as Python's own,
# and an ``out`` faster without its name, on which `np.minimum` alone insists.
_EIGHTY_AND_ONE = {dtype: (np.array(80, dtype), np.array(1, dtype)) for dtype in FLOATS}


def _sigmoid(a: Array, out: Array) -> None:
    """eᵃ / (1 + eᵃ): accurate relative to its own size for negative a too, and finite for every a."""
    try:
        eighty, one = _EIGHTY_AND_ONE[a.dtype]
    except KeyError:
        raise TypeError(f"sigmoid: dtype {a.dtype}, needed float32, float64 or longdouble") from None
    np.minimum(a, eighty, out=a)
    np.exp(a, a)
    np.add(a, one, out)
    np.divide(a, out, out)


def _sigmoid_slope(y: Array, out: Array) -> None:
    np.subtract(1, y, out=out)
    np.multiply(out, y, out=out)


def _relu(a: Array, out: Array) -> None:
    np.maximum(a, zeros((), like=a), out=out)


def _relu_slope(y: Array, out: Array) -> None:
    out[...] = zeros((), like=y)
    out[y > 0] += 1


def _softsign(a: Array, out: Array) -> None:
    np.abs(a, out=out)
    np.add(out, 1, out=out)
    np.divide(a, out, out=out)


def _softsign_slope(y: Array, out: Array) -> None:
    np.abs(y, out=out)
    np.subtract(1, out, out=out)
    np.multiply(out, out, out=out)


def _identity(a: Array, out: Array) -> None:
    out[...] = a


def _identity_slope(y: Array, out: Array) -> None:
    out[...] = zeros((), like=y)
    out += 1


def _rational_gate(a: Array, out: Array) -> None:
    np.abs(a, out=out)
    np.add(out, 1, out=out)
    np.divide(1, out, out=out)
    np.divide(out, 2, out=out)
    np.subtract(1, out, out=out, where=a >= 0)


def _rational_gate_slope(y: Array, out: Array) -> None:
    np.subtract(1, y, out=out)
    np.minimum(y, out, out=out)
    np.square(out, out=out)
    np.multiply(out, 2, out=out)


tanh = Activation("tanh", np.tanh, _tanh_slope)
sigmoid = Activation("sigmoid", _sigmoid, _sigmoid_slope)
relu = Activation("relu", _relu, _relu_slope)
softsign = Activation("softsign", _softsign, _softsign_slope)
identity = Activation("identity", _identity, _identity_slope)
rational_gate = Activation("rational_gate", _rational_gate, _rational_gate_slope)

ACTIVATIONS = {f.name: f for f in (tanh, sigmoid, relu, softsign, identity)}

# Those of this package.
OURS = (*ACTIVATIONS.values(), rational_gate)


def check_activations(owner: str, **functions: object) -> None:
    """TypeError unless each function is an ``Activation``."""
    for role, function in functions.items():
        if not isinstance(function, Activation):
            raise TypeError(f"{owner}.{role}: {shown(function)}, needed an rnn.Activation, as rnn.tanh")


def check_exact(owner: str, **functions: Activation) -> None:
    """TypeError unless each function of a Fraction is one."""
    for role, function in functions.items():
        one = zeros((1,), np.empty(0, FRACTIONS))
        try:
            function.value(one, one.copy())
        except TypeError:
            raise TypeError(
                f"{owner}.{role}: {function.name}, needed one that takes Fractions, as rnn.relu, or floats"
            ) from None
