"""Functions and the namespace that a step reaches them through."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from verification.models.functions import (
    FUNCTIONS,
    Arithmetic,
    Namespace,
    function_named,
)

SMOOTH_AT = np.array([-3.0, -1.0, -0.25, 0.25, 1.0, 3.0])


def slope(function, a):
    """autograd's slope."""
    return autograd.elementwise_grad(function)(a)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_slope_that_is_read_off_the_output_moves_as_said(name):
    """``slope_sensitivity`` is |y · ds/dy|, the slope s being taken as a function of the output y."""
    function = FUNCTIONS[name]
    step = 1e-6
    s = [slope(function.value, SMOOTH_AT + side * step) for side in (-1, 1)]
    y = [function.value(SMOOTH_AT + side * step) for side in (-1, 1)]
    moved = np.where(y[1] == y[0], 0, (s[1] - s[0]) / np.where(y[1] == y[0], 1, y[1] - y[0]))
    got = function.slope_sensitivity(function.value(SMOOTH_AT))
    np.testing.assert_allclose(got, np.abs(function.value(SMOOTH_AT) * moved), rtol=1e-5, atol=1e-8)


def test_a_rational_gate_is_a_gate():
    """From 0 to 1, ½ at 0, and exact in Fractions."""
    from fractions import Fraction

    gate = FUNCTIONS["rational_gate"].value
    assert gate(np.array([Fraction(0), Fraction(1), Fraction(-3)], dtype=object)).tolist() == [
        Fraction(1, 2),
        Fraction(3, 4),
        Fraction(1, 8),
    ]


def test_a_surrogate_has_the_value_of_one_and_the_slope_of_the_other():
    """A step function with the slope of a line, say."""
    f = Namespace({}, Arithmetic())

    def spikes(x):
        return anp.sum(f.surrogate(anp.where(x > 0, 1.0, 0.0), 5 * x))

    assert spikes(np.array([2.0, -1.0])) == 1.0
    assert autograd.grad(spikes)(np.array([2.0, -1.0])).tolist() == [5.0, 5.0]


def test_a_function_that_is_not_there_is_named():
    """A name that is none of the shipped functions' is refused with them."""
    assert function_named("relu") is FUNCTIONS["relu"]
    with pytest.raises(ValueError, match="function: 'swish', needed a Function or one of tanh, sigmoid"):
        function_named("swish")
