"""Exponential smoothing: its forecasts by hand, and weights that are found where statsmodels is installed."""

import numpy as np
import pytest

from rnn.app import smoothing
from rnn.app.smoothing import Smoothing, fitted, start

RNG = np.random.default_rng(0)


def test_a_start_is_made_of_two_blocks():
    """Of a line and a season both are found, to rounding."""
    season = np.array([3.0, -1.0, -2.0])
    values = 5 + 0.5 * np.arange(6.0) + np.tile(season, 2)
    level, trend, found = start(values[np.newaxis], 3)
    np.testing.assert_allclose([level[0], trend[0], *found[0]], [6, 0.5, *season])
    level, trend, found = start(np.arange(8.0)[np.newaxis], None)
    assert (level[0], trend[0], found.tolist()) == (3, 1, [[0] * 4])


@pytest.mark.parametrize("season", [None, 3])
def test_forecasts_by_hand(season):
    """Step by step, as the equations have it."""
    weights = Smoothing(0.3, 0.2, 0.4, 0.9, season)
    values = RNG.normal(size=(2, weights.context + 15)).cumsum(axis=1)
    found = weights(values, 7)
    for one, own in zip(values, found, strict=True):
        level, trend, seasons = (each[0] for each in start(one[np.newaxis], season))
        m, seasons = len(seasons), list(seasons)
        for t in range(m, len(one)):
            s = seasons[-m]
            error = one[t] - (level + 0.9 * trend + s)
            level, before = level + 0.9 * trend + 0.3 * error, level
            trend = 0.9 * trend + 0.2 * (level - before - 0.9 * trend)
            seasons.append(s + 0.4 * error)
        for h in range(1, 8):
            damped = sum(0.9**k for k in range(1, h + 1))
            assert own[h - 1] == pytest.approx(level + damped * trend + seasons[-m + (h - 1) % m])


@pytest.mark.parametrize(("season", "size"), [(6, 1.0), (None, 1e160), (6, 1e300), (None, 1e-300)])
def test_weights_are_found(season, size):
    """Of values of any size, which forecast a line and a season nearly."""
    steps = np.arange(90.0)
    values = size * (steps + (5 if season else 0) * np.sin(np.pi * steps / 3) + RNG.normal(0, 0.1, 90))
    found = fitted(values[:80], season)
    assert found.season == season
    ahead = found(values[np.newaxis, :80], 6)[0]
    assert np.abs(ahead - values[80:86]).max() < size


def test_without_statsmodels_there_is_no_such_baseline(monkeypatch):
    """And nothing fails."""
    monkeypatch.setattr(smoothing, "find_spec", lambda name: None)
    assert fitted(RNG.normal(size=100), None) is None
