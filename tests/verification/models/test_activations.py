"""The reference's activations, against ``math`` and ``cmath``, and their slopes by autograd."""

import cmath
import math

import numpy as np
import pytest
from autograd import elementwise_grad

from verification.models.activations import ACTIVATIONS, STEEPNESS, sigmoid

POINTS = (-30.0, -3.5, -1.0, -0.25, 0.0, 0.25, 1.0, 3.5, 30.0)

# The value and the slope of each at a number, as a textbook has them.
TEXTBOOK = {
    "tanh": (math.tanh, lambda a: 1 / math.cosh(a) ** 2),
    "sigmoid": (lambda a: 1 / (1 + math.exp(-a)), lambda a: 1 / (2 + math.exp(a) + math.exp(-a))),
    "relu": (lambda a: max(0.0, a), lambda a: 1.0 if a > 0 else 0.0),
    "softsign": (lambda a: a / (1 + abs(a)), lambda a: 1 / (1 + abs(a)) ** 2),
    "identity": (lambda a: a, lambda a: 1.0),
}


def test_every_activation_is_known():
    """The tables above are about all activations that there are."""
    assert set(ACTIVATIONS) == set(STEEPNESS) == set(TEXTBOOK)


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


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize("name", TEXTBOOK)
def test_no_type_is_narrowed(name, dtype):
    """A value is of the type that is given, and its slope of no narrower one."""
    a = np.array(POINTS, dtype)
    assert ACTIVATIONS[name](a).dtype == dtype
    slopes = elementwise_grad(ACTIVATIONS[name])(a)
    assert np.result_type(slopes, dtype) == slopes.dtype


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 5e-7), (np.float64, 1e-15)])
def test_sigmoid_is_accurate_relative_to_itself(dtype, rtol):
    """For large negative a the value and the slope are eᵃ, to a few roundings and not to a few of 1."""
    a = np.array([-20.0, -40.0, -80.0], dtype)
    want = [math.exp(float(x)) / (1 + math.exp(float(x))) for x in a]
    np.testing.assert_allclose(sigmoid(a), want, rtol=rtol)
    np.testing.assert_allclose(elementwise_grad(sigmoid)(a), [y * (1 - y) for y in want], rtol=2 * rtol)


def test_sigmoid_never_overflows():
    """At any distance from 0 the value is 0 or 1 and the slope 0, and nothing overflows on the way."""
    a = np.array([-1e300, -800.0, 800.0, 1e300])
    assert sigmoid(a).tolist() == [0.0, 0.0, 1.0, 1.0]
    assert elementwise_grad(sigmoid)(a).tolist() == [0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("name", "function"), [("tanh", cmath.tanh), ("sigmoid", lambda z: 1 / (1 + cmath.exp(-z)))]
)
def test_holomorphic_ones_take_complex_numbers(name, function):
    """tanh and sigmoid are the complex functions, on both sides of 0."""
    z = np.array([-2 + 0.5j, -0.1 - 1j, 0.3j, 2 - 0.25j])
    np.testing.assert_allclose(ACTIVATIONS[name](z), [function(complex(x)) for x in z], rtol=1e-14)
