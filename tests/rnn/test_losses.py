"""The losses: values by hand, and gradients that differences confirm exactly."""

import mpmath
import numpy as np
import pytest

from rnn import RNN, Vanilla, identity
from rnn.losses import softmax_cross_entropy, squared_error
from tests.rnn.fractions import as_fractions

OUTPUTS = np.array([[[1, 4]], [[-2, 0]], [[5, 3]]])
TARGETS = np.array([[[3, 1]], [[-2, 2]], [[0, 4]]])
NUMBERS = [np.float32, np.float64, np.longdouble, as_fractions]


@pytest.mark.parametrize(("number", "times"), [*zip(NUMBERS, (1000, 1, 1, 1), strict=True)])
def test_squared_error_by_hand(number, times):
    """½ (2² + 3² + 0² + 2² + 5² + 1²) = 21½: summed over steps, records and outputs, averaged over none."""
    outputs, targets = (number(np.repeat(each, times, axis=0)) for each in (OUTPUTS, TARGETS))
    value = squared_error.value(outputs, targets)
    assert value == 21.5 * times
    assert type(value) is type(outputs.flat[0])


def test_half_of_a_square_may_be_the_largest_number():
    """By steps as in all: what overflows is the square, and not its half."""
    residual = np.array([[1.8e154]])
    assert squared_error.value(residual, 0 * residual) == 1.62e308
    assert squared_error.each(residual, 0 * residual).tolist() == [1.62e308]


@pytest.mark.parametrize("number", NUMBERS)
def test_the_gradient_by_hand(number):
    """The gradient is the residual, a new array of the outputs' kind of number."""
    outputs, targets = number(OUTPUTS), number(TARGETS)
    gradient = squared_error.gradient(outputs, targets)
    assert gradient.tolist() == [[[-2, 3]], [[0, -2]], [[5, -1]]]
    assert {type(entry) for entry in gradient.flat} == {type(entry) for entry in outputs.flat}
    assert not np.shares_memory(gradient, outputs)


LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [-3.0, 4.0, 1.0]])
CLASSES = np.array([0, 2, 1])


def exactly(outputs, targets):
    """−log softmax(o)_y, and its gradient, to as many digits as 1 − 10⁻³⁰⁰ needs."""
    values, gradients = [], []
    with mpmath.workdps(400):
        for row, y in zip(outputs, targets, strict=True):
            e = [mpmath.exp(mpmath.mpf(float(o))) for o in row]
            p = [each / sum(e) for each in e]
            values.append(float(-mpmath.log(p[y])))
            gradients.append([float(p_k - (k == y)) for k, p_k in enumerate(p)])
    return np.array(values), np.array(gradients)


# Every pair of any two of them.
SIZES = [
    (shift, scale, (k + j) % 3)
    for k, shift in enumerate([0, 30, -700, 5e3])
    for j, scale in enumerate([1e-9, 1, 200])
]


@pytest.mark.parametrize(("shift", "scale", "turn"), SIZES)
def test_cross_entropy_is_accurate_relative_to_its_size(shift, scale, turn):
    """Small losses and gradients too, outputs whose exponentials overflow, and classes of every output."""
    outputs, classes = LOGITS * scale + shift, (CLASSES + turn) % 3
    values, gradients = exactly(outputs, classes)
    # exp of a difference o_j − o_k errs, relative to itself, by the roundings of the difference.
    rtol = 1e-15 * (20 + 8 * scale)
    np.testing.assert_allclose(softmax_cross_entropy.each(outputs, classes), values, rtol=rtol)
    np.testing.assert_allclose(softmax_cross_entropy.value(outputs, classes), values.sum(), rtol=rtol)
    np.testing.assert_allclose(softmax_cross_entropy.gradient(outputs, classes), gradients, rtol=rtol)


NET = RNN(Vanilla(2, 3), outputs=3, loss=softmax_cross_entropy)
PARAMS = NET.init(np.random.default_rng(0))
XS = np.ones((2, 4, 2))


def test_classes_of_a_number_that_is_not_known_are_taken():
    """As of records of a file, before there is a network: any from 0 on."""
    found = softmax_cross_entropy.checked_targets("t", np.array([0, 10**6]), XS, "K", np.dtype(float))
    assert found.tolist() == [0, 10**6]
    with pytest.raises(ValueError, match=r"^t: -1 at \(1,\), needed classes from 0 to "):
        softmax_cross_entropy.checked_targets("t", np.array([0, -1]), XS, "K", np.dtype(float))


@pytest.mark.parametrize(("kind", "every_step"), [(np.uint8, True), (np.uint64, False), (list, True)])
def test_classes_of_any_type_of_integer_are_the_same(kind, every_step):
    """And lists of them."""
    classes = np.arange(8).reshape(2, 4) % 3 if every_step else np.array([2, 0])
    given = classes.tolist() if kind is list else classes.astype(kind)
    assert NET.loss_value(PARAMS, XS, given) == NET.loss_value(PARAMS, XS, classes)


def test_fractions_have_no_cross_entropy():
    """The loss is named, for exponentials are no rational numbers."""
    exact, xs = PARAMS._make(map(as_fractions, PARAMS)), as_fractions(XS)
    net = RNN(Vanilla(2, 3, identity), outputs=3, loss=softmax_cross_entropy)
    with pytest.raises(TypeError, match=r"^RNN\.loss: softmax_cross_entropy, needed one that takes"):
        net.loss_value(exact, xs, np.array([0, 1]))
