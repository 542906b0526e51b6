"""A network that continues a series by its own predictions."""

import numpy as np
import pytest

from rnn import RNN, Params, Vanilla, identity
from rnn.generation import free_run

SUM = RNN(Vanilla(inputs=1, units=1, activation=identity), outputs=1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_windows_of_two_sums_are_fibonaccis_numbers(dtype):
    """Each value is predicted from a zero state and the last two alone; a carried state would add more."""
    # With these parameters SUM predicts the sum of everything since its zero state.
    one, zero = np.ones((1, 1), dtype), np.zeros(1, dtype)
    run = free_run(SUM, Params(one, one, zero, one, zero), np.ones((1, 2, 1), dtype), 6)
    assert run[0, :, 0].tolist() == [2, 3, 5, 8, 13, 21]
    assert run.dtype == dtype


def test_every_prediction_is_the_networks_own_of_the_window_before():
    """Teacher and pupil: predicting from the series with the run appended gives the run again."""
    rng = np.random.default_rng(0)
    net = RNN(Vanilla(inputs=2, units=3), outputs=2)
    params, seed = net.init(rng), rng.standard_normal((4, 5, 2))
    run = free_run(net, params, seed, 7)
    assert run.shape == (4, 7, 2)
    series = np.concatenate([seed, run], axis=1)
    for step in range(7):
        window = series[:, step : step + 5]
        np.testing.assert_array_equal(run[:, step], net.predict(params, window)[:, -1])


def test_a_run_that_overflows_stops():
    """As soon as a prediction is not finite, with its series and its column."""
    one = np.ones((1, 1))
    growing = Params(U=one * 1e200, W=one, b=np.zeros(1), V=one, c=np.zeros(1))
    message = r"^outputs: inf at \(0, 0\), needed finite numbers; "
    with np.errstate(over="ignore"), pytest.raises(FloatingPointError, match=message):
        free_run(SUM, growing, np.ones((1, 2, 1)), 3)
