"""Activations for automatic differentiation, each from its definition.

relu chooses a branch and does not take a maximum, whose derivative autograd splits at ties. The sigmoid
takes the branch whose exponential is at most 1, by the sign of the real part, so that it is accurate
relative to its own size on both sides, for complex arguments too.

``STEEPNESS`` is |y · ds/dy|, by how much a slope s(y) that is read off the output y changes when y is
off by one part in one: what draws perturb slopes by.
"""

from collections.abc import Callable
from typing import Any

import autograd.numpy as np
from autograd.extend import notrace_primitive


def _side(a: Any) -> Any:
    """+1 where the real part is not negative, −1 elsewhere."""
    real = np.real(a)
    return np.where(real >= 0, np.ones_like(real), -np.ones_like(real))


# A constant to autograd.
_side_of: Callable[[Any], Any] = notrace_primitive(_side)


def tanh(a: Any) -> Any:
    """The hyperbolic tangent."""
    return np.tanh(a)


def sigmoid(a: Any) -> Any:
    """1 / (1 + e⁻ᵃ)."""
    side = _side_of(a)
    e = np.exp(-side * a)
    return np.where(side > 0, 1 / (1 + e), e / (1 + e))


def relu(a: Any) -> Any:
    """max(0, a), with the slope 0 at 0."""
    return np.where(a > 0, a, 0 * a)


def softsign(a: Any) -> Any:
    """a / (1 + |a|)."""
    return a / (1 + np.abs(a))


def identity(a: Any) -> Any:
    """a."""
    return a


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    f.__name__: f for f in (tanh, sigmoid, relu, softsign, identity)
}

STEEPNESS: dict[str, Callable[[Any], Any]] = {
    "tanh": lambda y: 2 * y * y,
    "sigmoid": lambda y: np.abs((1 - 2 * y) * y),
    "relu": lambda y: 0 * y,
    "softsign": lambda y: 2 * (1 - np.abs(y)) * np.abs(y),
    "identity": lambda y: 0 * y,
}
