"""Forecasts: the network's, and those of the baselines, by hand."""

import numpy as np
import pytest

from rnn import RNN, Vanilla
from rnn.app import predictors as module
from rnn.app.predictors import (
    LAST,
    LINEAR,
    NETWORK,
    SEASONAL,
    errors,
    fit_linear,
    half_widths,
    predictors,
    rmse_by_step,
    rmse_of,
)
from rnn.app.preparing import Scaling, contexts
from rnn.data import Records, windows

NET = RNN(Vanilla(1, 3), 1)
PARAMS = NET.init(np.random.default_rng(0))
CONTEXTS = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])


def made(season=2, changes=False, linear=(0.0, 2.0)):
    """All predictors, of windows of two steps, as the network sees them."""
    return predictors(NET, PARAMS, Scaling(0.0, 1.0, changes), 2, season, np.array(linear))


def test_baselines_by_hand():
    """The last value, the season before, and twice the value before."""
    found = made()
    assert list(found) == [NETWORK, LAST, SEASONAL, LINEAR]
    assert found[LAST](CONTEXTS, 3).tolist() == [[4, 4, 4], [32, 32, 32]]
    assert found[SEASONAL](CONTEXTS, 3).tolist() == [[2, 4, 2], [16, 32, 16]]
    assert found[LINEAR](CONTEXTS, 3).tolist() == [[8, 16, 32], [64, 128, 256]]
    assert SEASONAL not in made(season=None)


def test_changes_add_up():
    """Twice the change before, from the last value on."""
    found = made(changes=True)
    assert found[LINEAR](CONTEXTS, 3).tolist() == [[8, 16, 32], [64, 128, 256]]


@pytest.mark.parametrize("changes", [False, True])
def test_the_network_goes_on_by_itself(changes):
    """Its first step is its prediction of the last window; the second is of its own first."""
    scaling = Scaling(1.0, 2.0, changes)
    found = predictors(NET, PARAMS, scaling, 2, None, np.zeros(2))[NETWORK](CONTEXTS, 2)
    known = CONTEXTS
    for step in range(2):
        seen = scaling.forward(known)[:, -2:, np.newaxis]
        ahead = scaling.back(NET.predict(PARAMS, seen)[:, -1], known[:, -1])
        np.testing.assert_allclose(found[:, step], ahead[:, 0])
        known = np.concatenate([known, ahead], axis=1)


def test_a_linear_recursion_is_found():
    """x_t = 1 + ½ x_t−1 − ¼ x_t−2, to rounding; of few windows the order is less."""
    values = [0.0, 1.0]
    for _ in range(30):
        values.append(1 + values[-1] / 2 - values[-2] / 4)
    noise = np.random.default_rng(0).normal(size=32)
    records = windows(np.array(values) + 0 * noise, 2)
    np.testing.assert_allclose(fit_linear(records), [1, -0.25, 0.5], atol=1e-8)
    assert fit_linear(Records(*(array[:4] for array in windows(noise, 5)))).shape == (2,)


def test_an_error_is_forecast_less_truth():
    """From every origin; NaN where the truth is not known."""
    values = np.array([1.0, 2.0, 4.0, 7.0, 11.0])
    found = errors({"last": made()[LAST]}, values, contexts(values, 2, 3, 3), 2, 2)["last"]
    np.testing.assert_array_equal(found, [[4 - 7, 4 - 11], [7 - 11, np.nan]])
    np.testing.assert_allclose(rmse_by_step(found), [np.sqrt((9 + 16) / 2), 7])
    assert rmse_of(found[:1]) == pytest.approx(np.sqrt((9 + 49) / 2))
    np.testing.assert_array_equal(rmse_by_step(np.full((2, 1), np.nan)), [np.nan])


@pytest.mark.parametrize("changes", [False, True])
@pytest.mark.parametrize("steps", [1, 2, 7, 8])
def test_parts_of_a_run_are_the_run(monkeypatch, changes, steps):
    """To the bit; each report says how many steps are done, of how many."""
    whole = made(changes=changes)[NETWORK](CONTEXTS, steps)
    monkeypatch.setattr(module, "REPORTED", 4)
    told = []
    scaling = Scaling(0.0, 1.0, changes)
    show = lambda done, total: told.append((done, total))  # noqa: E731
    found = predictors(NET, PARAMS, scaling, 2, None, np.zeros(2), show)[NETWORK](CONTEXTS, steps)
    np.testing.assert_array_equal(found, whole)
    assert told == [(done, steps) for done in range(0, steps, 2)]


def test_what_is_too_large_is_infinite():
    """Of its own origin and predictor alone; a figure of it as well, and no interval is so wide."""

    def network(contexts, steps):
        if contexts.max() > 10:
            raise FloatingPointError
        return contexts[:, :steps]

    contexts_, values = np.array([[1.0, 2.0], [3.0, 20.0], [5.0, 6.0]]), np.arange(9.0)
    found = errors(
        {"a": network, "b": lambda c, s: c[:, :s] * [[np.nan], [1], [np.inf]]}, values, contexts_, 1, 1
    )
    np.testing.assert_array_equal(found["a"], [[-1], [np.inf], [1]])
    np.testing.assert_array_equal(found["b"], [[np.inf], [0], [np.inf]])
    assert rmse_of(found["a"]) == np.inf
    np.testing.assert_array_equal(rmse_by_step(np.array([[np.inf, 3.0], [1.0, np.nan]])), [np.inf, 3])
    np.testing.assert_array_equal(half_widths(found["a"], 0.5), [1])
    np.testing.assert_array_equal(half_widths(found["a"], 0.75), [np.nan])


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e160, 1e300])
def test_a_figure_is_of_any_size(size):
    """No square on its way overflows or vanishes."""
    assert rmse_of(size * np.array([[3.0, -4.0]])) == pytest.approx(size * np.sqrt(12.5))


def test_a_width_holds_its_share_of_errors():
    """Of nine errors the ninth for 90 %; of fewer there is none so large."""
    sizes = np.arange(1.0, 10.0)[:, np.newaxis] * [1, -1]
    sizes[0, 1] = np.nan
    np.testing.assert_array_equal(half_widths(sizes, 0.9), [9, np.nan])
    np.testing.assert_array_equal(half_widths(sizes, 0.5), [5, 6])
