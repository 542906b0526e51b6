"""What is regular in a series and not in its forecasts is said, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from rnn.app.choosing import HORIZON
from rnn.app.dropped import goes_on, holds_season, remarks, trend_of
from rnn.app.forecaster import from_stored
from rnn.app.inputs import SEASON, SeriesInputs
from rnn.app.predictors import LAST, SEASONAL, SMOOTHING
from rnn.app.recipe import Recipe
from rnn.app.series import run_data, task
from rnn.app.table import Series
from rnn.app.transformation import Transformation
from rnn.storage import Stored
from rnn.training import Learnt

NOISE = np.random.default_rng(0).normal(size=120)
LINE = 3 * np.arange(120.0)


def trained(values, form, season=None, length=5):
    """What comes of a training in which the network stays one that says nothing but the mean."""
    found = task(run_data(Series("v", values), "kg", season, None), Recipe(length=length, form=form))
    nothing = found.net.init(np.random.default_rng(0))
    nothing = nothing._make(np.zeros_like(block) for block in nothing)
    done = found.finish([Learnt((1.0,), (), nothing, 0)])
    return found, done, from_stored(Stored(done.net, done.params, done.arrays, done.about))


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e200])
@pytest.mark.parametrize("slope", [3.0, -3.0])
def test_a_trend_that_is_not_continued_is_said(slope, size):
    """By how much the values and the forecasts rise or fall; of forecasts that go on nothing is said."""
    values = size * (100 + slope / 3 * LINE + NOISE)
    found, done, model = trained(values, "levels")
    does = "rise" if slope > 0 else "fall"
    (said,) = remarks(values, model)
    assert said.startswith(f"The values {does} by {abs(trend_of(values, HORIZON)):.3g} kg a step, beyond")
    assert "and the forecasts stand still: less than half of this trend is continued." in said
    assert done.figures["remarks"] == [said]
    assert done.said.splitlines()[-1] == said
    assert found.said.splitlines()[-1] == "No season of up to 28 steps was found; --season names one."
    _, _, model = trained(values, "changes")
    assert goes_on(model) == pytest.approx(trend_of(values, HORIZON), rel=0.1)
    assert remarks(values, model) == []


@pytest.mark.parametrize(
    "values", [NOISE, np.cumsum(NOISE), 0 * NOISE, 7 + np.tile([0.0, 5.0, 1.0, 2.0], 30)]
)
def test_what_chance_explains_is_no_trend(values):
    """Noise, a walk, a constant and a season without one."""
    _, _, model = trained(values, "levels")
    assert trend_of(values, model.season or HORIZON) == 0
    assert remarks(values, model) == []


def test_a_trend_beside_a_season_is_seen_over_whole_seasons():
    """However large the season is, in the values and in the forecasts."""
    wave = np.tile([0.0, 50.0, 10.0, 20.0], 30)
    found, _, model = trained(wave + LINE + NOISE / 10, "levels", length=8)
    assert found.said.splitlines()[-1] == "A season of 4 steps was found."
    assert trend_of(wave + LINE, 4) == pytest.approx(3)
    assert len(remarks(wave + LINE, model)) == 1
    (lesson,) = task(run_data(Series("v", wave), "", 4, None), Recipe(length=8, form="levels")).lessons
    assert lesson.learn.xs.shape[1] == 8


def test_a_season_in_no_part_is_said():
    """One that a window, a difference, a linear part, a baseline or an input holds is in some part."""
    wave = np.tile([0.0, 5.0, 1.0, 2.0, 9.0, 3.0], 20) + NOISE / 10
    _, _, model = trained(wave, "levels", length=6)
    (view,) = model.views
    assert holds_season(model)
    without = replace(model, adds=False)
    assert remarks(wave, without) == ["The season of 6 steps is in no part of the model."]
    assert not holds_season(replace(model, length=5))
    assert not holds_season(replace(without, others=(LAST,)))
    linear = replace(view, linear=np.zeros(7))
    lagged = replace(view, scaling=replace(view.scaling, transformation=Transformation(lags=(6, 1))))
    for changed in (
        {"views": (linear,)},
        {"views": (view, lagged)},
        {"others": (LAST, SEASONAL)},
        {"others": (SMOOTHING,)},
        {"inputs": SeriesInputs(cycles=(SEASON,), season=6)},
    ):
        assert holds_season(replace(without, **changed)), changed
