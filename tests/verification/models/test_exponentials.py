"""Functions of gates that are exponentials: values, slopes, and how slopes that are read off them change."""

import math

import numpy as np
import pytest

from verification.models.exponentials import exp, log_sigmoid, rest, root, softplus
from verification.models.functions import Arithmetic

SLOPES = {
    exp: lambda y: y,
    softplus: lambda y: 1 - np.exp(-y),
    log_sigmoid: lambda y: 1 - np.exp(y),
    rest: lambda y: -1 + 0 * y,
}


@pytest.mark.parametrize("function", SLOPES, ids=lambda function: function.name)
def test_what_a_rounded_value_does_to_the_slope(function):
    """At most |y ds/dy|, of the slope as it is read off the value."""
    slope = SLOPES[function]
    for y in (-0.99, -0.2) if function is log_sigmoid else (0.2, 0.7, 0.99):
        change = y * (slope(y * (1 + 1e-6)) - slope(y * (1 - 1e-6))) / (2e-6 * y)
        assert function.slope_sensitivity(y) >= abs(change) * (1 - 1e-6)


def test_a_root_s_slope_is_read_off_its_argument_and_its_value():
    """−a / y, which changes by a / y where y is off by one part in one."""
    assert root.slope_sensitivity(np.array(0.8)) == pytest.approx(0.6 / 0.8)


def test_nothing_overflows():
    """Far from 0 on both sides softplus is a, and e to the power of a."""
    apply = Arithmetic().apply
    with np.errstate(all="raise", under="ignore"):
        assert apply(softplus, np.array([-700.0, 800.0])).tolist() == pytest.approx([math.exp(-700), 800])
