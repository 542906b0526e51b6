"""The reference's activations, against ``math`` and ``cmath``, and their slopes by autograd."""

import math

import numpy as np
import pytest
from autograd import elementwise_grad

from verification.models.activations import ACTIVATIONS, sigmoid

POINTS = (-30.0, -3.5, -1.0, -0.25, 0.0, 0.25, 1.0, 3.5, 30.0)

# The value and the slope of each at a number, as a textbook has them.
TEXTBOOK = {
    "tanh": (math.tanh, lambda a: 1 / math.cosh(a) ** 2),
    "sigmoid": (lambda a: 1 / (1 + math.exp(-a)), lambda a: 1 / (2 + math.exp(a) + math.exp(-a))),
    "relu": (lambda a: max(0.0, a), lambda a: 1.0 if a > 0 else 0.0),
    "softsign": (lambda a: a / (1 + abs(a)), lambda a: 1 / (1 + abs(a)) ** 2),
    "identity": (lambda a: a, lambda a: 1.0),
}


@pytest.mark.parametrize("name", TEXTBOOK)
def test_values_are_those_of_math(name):
    """Each value is the scalar function's, to the last few bits."""
    value, _ = TEXTBOOK[name]
    got = ACTIVATIONS[name](np.array(POINTS))
    np.testing.assert_allclose(got, [value(a) for a in POINTS], rtol=1e-15)


@pytest.mark.parametrize("name", TEXTBOOK)
def test_slopes_are_those_of_math(name):
    """Autograd's slope is the textbook's, at 0 too: relu's there is 0, sigmoid's 1/4, softsign's 1."""
    _, slope = TEXTBOOK[name]
    got = elementwise_grad(ACTIVATIONS[name])(np.array(POINTS))
    np.testing.assert_allclose(got, [slope(a) for a in POINTS], rtol=1e-14)


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 5e-7), (np.float64, 1e-15)])
def test_sigmoid_is_accurate_relative_to_itself(dtype, rtol):
    """For large negative a the value and the slope are eᵃ, to a few roundings and not to a few of 1."""
    a = np.array([-20.0, -40.0, -80.0], dtype)
    want = [math.exp(float(x)) / (1 + math.exp(float(x))) for x in a]
    np.testing.assert_allclose(sigmoid(a), want, rtol=rtol)
    np.testing.assert_allclose(elementwise_grad(sigmoid)(a), [y * (1 - y) for y in want], rtol=2 * rtol)
