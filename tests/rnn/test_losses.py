"""The losses: values by hand, and gradients that differences confirm exactly."""

from fractions import Fraction

import numpy as np
import pytest

from rnn.losses import Loss, squared_error

OUTPUTS = np.array([[[1, 4]], [[-2, 0]], [[5, 3]]])
TARGETS = np.array([[[3, 1]], [[-2, 2]], [[0, 4]]])
NUMBERS = [np.float32, np.float64, np.longdouble, np.vectorize(Fraction, otypes=[object])]


@pytest.mark.parametrize("number", NUMBERS)
def test_squared_error_by_hand(number):
    """½ (2² + 3² + 0² + 2² + 5² + 1²) = 21½: summed over steps, records and outputs, averaged over none."""
    outputs, targets = number(OUTPUTS), number(TARGETS)
    value = squared_error.value(outputs, targets)
    assert value == 21.5
    assert type(value) is type(outputs.flat[0])


@pytest.mark.parametrize("number", NUMBERS)
def test_the_gradient_by_hand(number):
    """The gradient is the residual, a new array of the outputs' kind of number."""
    outputs, targets = number(OUTPUTS), number(TARGETS)
    gradient = squared_error.gradient(outputs, targets)
    assert gradient.tolist() == [[[-2, 3]], [[0, -2]], [[5, -1]]]
    assert {type(entry) for entry in gradient.flat} == {type(entry) for entry in outputs.flat}
    assert not np.shares_memory(gradient, outputs)


def test_the_gradient_is_the_difference_of_values():
    """A central difference of a quadratic is exact: in Fractions it equals the gradient, entry by entry."""
    exact = np.vectorize(Fraction, otypes=[object])
    outputs, targets = exact(OUTPUTS) / 3, exact(TARGETS) / 7
    gradient = squared_error.gradient(outputs, targets)
    for index in np.ndindex(outputs.shape):
        up, down = outputs.copy(), outputs.copy()
        up[index] += Fraction(1, 5)
        down[index] -= Fraction(1, 5)
        difference = squared_error.value(up, targets) - squared_error.value(down, targets)
        assert gradient[index] == difference / Fraction(2, 5)


def test_arguments_may_be_strided_and_stay_as_they_are():
    """Neither function writes to its arguments, and a transposed view gives what its copy does."""
    outputs, targets = np.float64(OUTPUTS).T, np.float64(TARGETS).T
    outputs.flags.writeable = targets.flags.writeable = False
    assert squared_error.value(outputs, targets) == 21.5
    assert squared_error.gradient(outputs, targets).tolist() == (OUTPUTS - TARGETS).T.tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None, print, print), "Loss.name: None, needed a str"),
        (("x", None, print), "Loss.value: None, needed a function of two arrays"),
        (("x", print, 3), "Loss.gradient: 3, needed a function of two arrays"),
    ],
)
def test_a_loss_is_a_name_and_two_functions(arguments, message):
    """The message holds the one that is wrong."""
    with pytest.raises(TypeError, match=f"^{message}$"):
        Loss(*arguments)
