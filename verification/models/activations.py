"""Activations for automatic differentiation, each with its slope.

Each is one entry of a trace, and not one for each of its operations, and its slope is computed once. relu
chooses a branch and does not take a maximum. The sigmoid takes the branch whose exponential is at most 1, by
the sign of the real part, so that value and slope are accurate relative to their own size on both sides, for
complex arguments too.

``STEEPNESS`` is |y · ds/dy|, by how much a slope s(y) that is read off the output y changes when y is
off by one part in one: what draws perturb slopes by.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from autograd.extend import defvjp, primitive

Scalar: TypeAlias = Callable[[Any], Any]


# For each of them, the slope by the argument.
SLOPES: dict[Scalar, Scalar] = {}


def _with_slope(slope: Scalar) -> Callable[[Scalar], Scalar]:
    """Gives autograd the slope of a function."""

    def decorated(value: Scalar) -> Scalar:
        function: Scalar = primitive(value)
        defvjp(function, back)
        SLOPES[function] = slope
        return function

    def back(y: Any, a: Any) -> Scalar:
        # One forward may be differentiated several times.
        slope_there = cache(lambda: slope(a))
        return lambda g: g * slope_there()

    return decorated


@_with_slope(lambda a: 4 * _slope_of_sigmoid(2 * a))
def tanh(a: Any) -> Any:
    """The hyperbolic tangent."""
    return np.tanh(a)


def _decay(a: Any) -> tuple[Any, Any]:
    """Is the real part not negative; and e to the power of −a or of a, whichever decays."""
    right = np.real(a) >= 0
    return right, np.exp(np.where(right, -a, a) if np.iscomplexobj(a) else -np.abs(a))


def _slope_of_sigmoid(a: Any) -> Any:
    _, e = _decay(a)
    return e / (1 + e) ** 2


@_with_slope(_slope_of_sigmoid)
def sigmoid(a: Any) -> Any:
    """1 / (1 + e⁻ᵃ)."""
    right, e = _decay(a)
    return np.where(right, 1, e) / (1 + e)


@_with_slope(lambda a: np.where(a > 0, 1, 0).astype(a.dtype))
def relu(a: Any) -> Any:
    """max(0, a), with the slope 0 at 0."""
    return np.where(a > 0, a, 0 * a)


@_with_slope(lambda a: 1 / (1 + np.abs(a)) ** 2)
def softsign(a: Any) -> Any:
    """a / (1 + |a|)."""
    return a / (1 + np.abs(a))


@_with_slope(lambda a: 1 / (2 * (1 + np.abs(a)) ** 2))
def rational_gate(a: Any) -> Any:
    """½ (1 + a / (1 + |a|)): from 0 to 1 as a sigmoid, rational, and accurate relative to its own size."""
    closed = 1 / (1 + np.abs(a)) / 2
    return np.where(a < 0, closed, 1 - closed)


@_with_slope(lambda a: sigmoid(a))
def softplus(a: Any) -> Any:
    """log(1 + eᵃ)."""
    right, e = _decay(a)
    return np.where(right, a, 0 * a) + np.log1p(e)


@_with_slope(lambda a: sigmoid(-a))
def log_sigmoid(a: Any) -> Any:
    """log(1 / (1 + e⁻ᵃ))."""
    return -softplus(-a)


@_with_slope(np.exp)
def exp(a: Any) -> Any:
    """eᵃ."""
    return np.exp(a)


def identity(a: Any) -> Any:
    """a."""
    return a


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    f.__name__: f for f in (tanh, sigmoid, relu, softsign, identity, rational_gate)
}

# The slope by the value y, for functions whose slope is often computed from it.
SLOPE_OF_VALUE: dict[str, Callable[[Any], Any]] = {
    "tanh": lambda y: 1 - y * y,
    "sigmoid": lambda y: (1 - y) * y,
    "softsign": lambda y: (1 - np.abs(y)) ** 2,
    "rational_gate": lambda y: 2 * np.minimum(y, 1 - y) ** 2,
}

STEEPNESS: dict[str, Callable[[Any], Any]] = {
    "tanh": lambda y: 2 * y * y,
    "sigmoid": lambda y: np.abs((1 - 2 * y) * y),
    "relu": lambda y: 0 * y,
    "softsign": lambda y: 2 * (1 - np.abs(y)) * np.abs(y),
    "identity": lambda y: 0 * y,
    "rational_gate": lambda y: 4 * np.minimum(y, 1 - y) * y,
}

# Functions that are accurate relative to their own value here; another way to write them is accurate relative
# to 1.
ACCURATE: dict[str, str] = {
    "sigmoid": "it underflows to 0 below about −20 in float32 and −38 in float64 as ½ (1 + tanh(a / 2)): "
    "write 1 / (1 + exp(−a)) for relative accuracy",
    "tanh": "it loses its digits near 0 as 2 σ(2a) − 1, or as (e²ᵃ − 1) / (e²ᵃ + 1): "
    "write tanh(a) for relative accuracy",
}
