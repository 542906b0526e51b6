"""One-hot codes and their cross-entropy: by hand, by differences, at any size."""

import numpy as np
import pytest

from rnn.classes import cross_entropy, one_hot, softmax

OUTPUTS = np.random.default_rng(0).normal(size=(2, 3, 4))
TARGETS = one_hot(np.array([[0, 3, 1], [2, 2, 0]]), 4)


def test_codes_are_ones_at_their_places():
    """And zeros elsewhere, of the type that is asked for."""
    assert one_hot(np.array([[1], [0]]), 2, np.float32).tolist() == [[[0, 1]], [[1, 0]]]
    assert one_hot(np.array([1]), 2, np.float32).dtype == np.float32


def test_the_value_by_hand():
    """Of equal outputs −log of one in four, for each of six."""
    assert cross_entropy.value(np.zeros((2, 3, 4)), TARGETS) == pytest.approx(6 * np.log(4))
    likely = np.log(np.array([[[0.5, 0.25, 0.125, 0.125]]]))
    assert cross_entropy.value(likely, TARGETS[:1, 2:]) == pytest.approx(np.log(4))
    np.testing.assert_allclose(softmax(likely), np.exp(likely))


def test_the_gradient_is_that_of_the_value():
    """By a complex-free central difference; targets may be weights as well."""
    targets = TARGETS * np.array([0.0, 0.5, 3.0])[:, np.newaxis]
    gradient = cross_entropy.gradient(OUTPUTS, targets)
    for index in np.ndindex(OUTPUTS.shape):
        step = np.zeros_like(OUTPUTS)
        step[index] = 1e-6
        up, down = (cross_entropy.value(OUTPUTS + sign * step, targets) for sign in (1, -1))
        assert gradient[index] == pytest.approx((up - down) / 2e-6, abs=1e-8)


def test_large_outputs_do_not_overflow():
    """A right answer costs nothing, a wrong one its distance."""
    outputs = np.array([[[1e4, 0.0]]])
    with np.errstate(under="ignore"):
        assert cross_entropy.value(outputs, np.array([[[1.0, 0.0]]])) == 0
        assert cross_entropy.value(outputs, np.array([[[0.0, 1.0]]])) == 1e4
        assert cross_entropy.gradient(outputs, np.array([[[0.0, 1.0]]])).tolist() == [[[1, -1]]]
