"""Functions and the namespace that a step reaches them through."""

import autograd
import numpy as np
import pytest

from verification.models.functions import FUNCTIONS

SMOOTH_AT = np.array([-3.0, -1.0, -0.25, 0.25, 1.0, 3.0])


def slope(function, a):
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
