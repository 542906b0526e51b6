"""What a series is turned into, and back."""

import numpy as np
import pytest

from rnn.app.transformation import Transformation

VALUES = np.exp(np.random.default_rng(0).normal(0, 0.1, (2, 40)).cumsum(axis=1))


def test_forward_by_hand():
    """Logarithms first, then a difference after another."""
    values = np.array([[1.0, 2.0, 4.0, 8.0, 32.0]])
    assert Transformation().forward(values).tolist() == values.tolist()
    assert Transformation(lags=(1,)).forward(values).tolist() == [[1, 2, 4, 24]]
    assert Transformation(lags=(2, 1)).forward(values).tolist() == [[3, 22]]
    np.testing.assert_allclose(Transformation(True, (1,)).forward(values), np.log([[2, 2, 2, 4]]))


@pytest.mark.parametrize(
    ("logs", "lags", "steps"),
    [
        (True, (), 1),
        (False, (1,), 20),
        (True, (7,), 6),
        (False, (7,), 7),
        (True, (7, 1), 20),
        (False, (3, 3), 7),
    ],
)
def test_back_undoes_forward(logs, lags, steps):
    """Of any number of steps, more than a season as well, from the values before them."""
    transformation = Transformation(logs, lags)
    seen = transformation.forward(VALUES)
    assert seen.shape == (2, 40 - transformation.before)
    back = transformation.back(seen[:, -steps:], VALUES[:, :-steps])
    np.testing.assert_allclose(back, VALUES[:, -steps:])


def test_what_is_no_logarithm_is_not_finite():
    """And what is too large for a float is infinite."""
    logs = Transformation(True)
    assert np.isneginf(logs.forward(np.array([0.0]))).all()
    assert np.isnan(logs.forward(np.array([-1.0]))).all()
    assert np.isposinf(logs.back(np.array([[1000.0]]), np.ones((1, 1)))).all()
