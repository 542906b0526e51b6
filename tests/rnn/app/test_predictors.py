"""Forecasts: the model's, and those of the baselines, by hand."""

import numpy as np
import pytest

from rnn import RNN, Vanilla
from rnn.app.predictors import Network, context_of, errors, last, mean_of, rmse_by_step, rmse_of, seasonal
from rnn.app.preparing import Scaling, contexts
from rnn.app.smoothing import Smoothing
from rnn.app.transformation import Transformation
from rnn.app.views import View, alone

NET = RNN(Vanilla(1, 3), 1)
PARAMS = NET.init(np.random.default_rng(0))
CONTEXTS = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])
LEVELS, CHANGES = Transformation(), Transformation(lags=(1,))


def test_baselines_by_hand():
    """The last value, and the season before."""
    assert last(CONTEXTS, 3).tolist() == [[4, 4, 4], [32, 32, 32]]
    assert seasonal(2)(CONTEXTS, 3).tolist() == [[2, 4, 2], [16, 32, 16]]


@pytest.mark.parametrize("transformation", [LEVELS, CHANGES])
def test_a_linear_part_goes_on_by_itself(transformation):
    """Twice the value before, or twice the change before, from the last value on."""
    view = View(Scaling(0.0, 1.0, transformation), np.array([0.0, 2.0]), 1.0)
    assert mean_of([view], 2, None)(CONTEXTS, 3).tolist() == [[8, 16, 32], [64, 128, 256]]


@pytest.mark.parametrize("transformation", [LEVELS, CHANGES])
def test_the_network_goes_on_by_itself(transformation):
    """Its first step is its prediction of the last window; the second is of its own first."""
    scaling = Scaling(1.0, 2.0, transformation)
    found = mean_of([alone(scaling)], 2, Network(NET, PARAMS))(CONTEXTS, 2)
    known = CONTEXTS
    for step in range(2):
        seen = scaling.forward(known)[:, -2:, np.newaxis]
        ahead = scaling.back(NET.predict(PARAMS, seen)[:, -1], known)
        np.testing.assert_allclose(found[:, step], ahead[:, 0])
        known = np.concatenate([known, ahead], axis=1)


def test_a_network_adds_to_what_is_expected():
    """In units of what the linear part leaves."""
    view = View(Scaling(0.0, 1.0), np.array([0.5, 2.0]), 3.0)
    added = NET.predict(PARAMS, CONTEXTS[:, -2:, np.newaxis])[:, -1, 0]
    found = mean_of([view], 2, Network(NET, PARAMS))(CONTEXTS, 1)
    np.testing.assert_allclose(found[:, 0], 0.5 + 2 * CONTEXTS[:, -1] + 3 * added)


def test_the_mean_is_of_other_forecasts_too():
    """Each counts as much as a view."""
    view = View(Scaling(0.0, 1.0), np.array([0.0, 2.0]), 1.0)
    found = mean_of([view, view], 2, None, [last, seasonal(2)])(CONTEXTS, 3)
    assert found.tolist() == [
        [(16 + 4 + 2) / 4, (32 + 4 + 4) / 4, (64 + 4 + 2) / 4],
        [(128 + 32 + 16) / 4, (256 + 32 + 32) / 4, (512 + 32 + 16) / 4],
    ]


def test_a_context_holds_all_that_is_looked_at():
    """Windows with what transformations take, the season, and what is smoothed."""
    views = [alone(Scaling(0, 1, Transformation(lags=lags))) for lags in ((), (1,))]
    assert context_of(5, views[:1], None, None) == 5
    assert context_of(5, views, 3, None) == 6
    assert context_of(5, views, 12, None) == 12
    assert context_of(5, views, 12, Smoothing(0.1, 0.1, 0.1, 0.9, 12)) == 48


def test_a_forecast_too_large_for_the_network_is_refused():
    """By its own name, before the network sees it."""
    view = View(Scaling(0.0, 1.0), np.array([0.0, 1e200]), 1.0)
    predict = mean_of([view], 2, Network(NET, PARAMS))
    with np.errstate(over="ignore"), pytest.raises(FloatingPointError, match=r"^the forecast: "):
        predict(CONTEXTS, 4)


def test_an_error_is_forecast_less_truth():
    """From every origin; NaN where the truth is not known."""
    values = np.array([1.0, 2.0, 4.0, 7.0, 11.0])
    found = errors({"last": last}, values, contexts(values, 2, 3, 3), 2, 2)["last"]
    np.testing.assert_array_equal(found, [[4 - 7, 4 - 11], [7 - 11, np.nan]])
    np.testing.assert_allclose(rmse_by_step(found), [np.sqrt((9 + 16) / 2), 7])
    assert rmse_of(found[:1]) == pytest.approx(np.sqrt((9 + 49) / 2))
    np.testing.assert_array_equal(rmse_by_step(np.full((2, 1), np.nan)), [np.nan])


def test_what_is_too_large_is_infinite():
    """Of its own origin and predictor alone; a figure of it as well."""

    def network(contexts, steps, beside):
        if contexts.max() > 10:
            raise FloatingPointError
        return contexts[:, :steps]

    contexts_, values = np.array([[1.0, 2.0], [3.0, 20.0], [5.0, 6.0]]), np.arange(9.0)
    found = errors(
        {"a": network, "b": lambda c, s, b: c[:, :s] * [[np.nan], [1], [np.inf]]}, values, contexts_, 1, 1
    )
    np.testing.assert_array_equal(found["a"], [[-1], [np.inf], [1]])
    np.testing.assert_array_equal(found["b"], [[np.inf], [0], [np.inf]])
    assert rmse_of(found["a"]) == np.inf
    np.testing.assert_array_equal(rmse_by_step(np.array([[np.inf, 3.0], [1.0, np.nan]])), [np.inf, 3])


def test_inputs_beside_the_steps_count():
    """Those of the step that is expected, and for the network those of the next step at each of a window."""
    view = View(Scaling(0.0, 1.0, CHANGES), np.array([0.5, 2.0]), 3.0, np.array([[10.0], [1.0], [2.0]]))
    net = RNN(Vanilla(2, 3), 1)
    params = net.init(np.random.default_rng(0))
    levels = np.random.default_rng(1).normal(size=(2, 5, 1))
    found = mean_of([view], 2, Network(net, params))(CONTEXTS, 2, levels)
    change = (np.diff(levels[:, :, 0], axis=1) - 1) / 2
    known = CONTEXTS
    for step in range(2):
        seen = np.diff(known, axis=1)[:, -2:]
        xs = np.stack([seen, change[:, step + 1 : step + 3]], axis=-1)
        added = net.predict(params, xs)[:, -1, 0]
        after = known[:, -1] + 0.5 + 2 * seen[:, -1] + 10 * change[:, step + 2] + 3 * added
        np.testing.assert_allclose(found[:, step], after)
        known = np.append(known, after[:, np.newaxis], axis=1)
