"""The task of a series: how it is split, and figures that hide nothing."""

from dataclasses import replace

import numpy as np
import pytest

from rnn.app.calendar import Calendar
from rnn.app.choosing import chosen
from rnn.app.forecaster import from_stored, read_model
from rnn.app.inputs import Inputs
from rnn.app.predictors import errors, mean_of, rmse_of
from rnn.app.preparing import Scaling, contexts, cut
from rnn.app.recipe import PLACES, Recipe
from rnn.app.series import asked_for, made_of, seen, sine, table, task
from rnn.app.table import Columns, Series
from rnn.app.transformation import Transformation
from rnn.app.views import Form, View, view_of


def data(values, season=None):
    """A series without a name to speak of."""
    return asked_for(Series("v", np.asarray(values, float), filled=2), "", season, None)


def test_the_sine_is_the_default():
    """One radian a step."""
    np.testing.assert_array_equal(sine().values[:3], np.sin([0.0, 1.0, 2.0]))


def test_scaling_has_not_seen_what_judges():
    """Values that come later change no record that is learnt from."""
    values = np.sin(np.arange(100.0))
    later = values.copy()
    later[85:] *= 3
    pairs = zip(*(task(data(each), Recipe(length=5)).lessons for each in (values, later)), strict=True)
    for one, other in pairs:
        np.testing.assert_array_equal(one.learn.xs, other.learn.xs)
        np.testing.assert_array_equal(one.learn.targets, other.learn.targets)


def test_a_season_can_be_said():
    """One that is longer than what is learnt from is refused."""
    assert task(data(np.sin(np.arange(100.0)), season=70), Recipe(length=5)).said.startswith(
        "v: 100 values, 2 of"
    )


def test_figures_stand_under_each_other(model):
    """With the season's steps and the unit; what is not known to the last step is left out."""
    errors = {"the model": [[1.0, 1.0], [9.0, np.nan]], "the season before": [[2.0, 2.0], [9.0, np.nan]]}
    errors = {name: np.array(each) for name, each in errors.items()}
    assert table(errors, "Title", from_stored(read_model(model))).splitlines() == [
        "Title",
        "  the model                     1 $",
        "  the season before (12 steps)  2 $",
        "The model ties with the season before.",
        "1 forecast is few to tell by.",
    ]


def test_a_view_is_named():
    """What it sees, and how far its linear part looks."""

    def said(order, *transformation):
        return seen(View(Scaling(0, 1, Transformation(*transformation)), np.zeros(order + 1), 1.0))

    assert said(0) == "values"
    assert said(3, True) == "logarithms, 3 back"
    assert said(2, False, (12, 1)) == "changes over 12 and 1 steps, 2 back"
    assert said(1, True, (1,)) == "changes of logarithms over 1 step, 1 back"
    weights = np.array([[0.0, 2.0], [0, 0], [1, 1]])
    assert seen(View(Scaling(0, 1), np.zeros(2), 1.0, weights)) == "values, 1 back, with inputs"
    assert seen(View(Scaling(0, 1), np.zeros(2), 1.0, 0 * weights)) == "values, 1 back"


def test_what_a_model_is_made_of_is_said(model, changes):
    """The network alone, or what the mean is of: forms, with a network or without, and baselines."""
    found = from_stored(read_model(model))
    one, two = (View(Scaling(0, 1), np.zeros(order + 1), 1.0) for order in (5, 2))
    mean = replace(found, views=(one, two), others=("the last value",))
    assert made_of(replace(mean, adds=True)).splitlines() == [
        "The model is the mean of:",
        "  linear autoregression of values, 5 back, and a network on what it leaves",
        "  linear autoregression of values, 2 back, and a network on what it leaves",
        "  the last value",
    ]
    assert made_of(replace(mean, adds=False)).splitlines() == [
        "The network adds nothing on the validation stretch.",
        "The model is the mean of:",
        "  linear autoregression of values, 5 back",
        "  linear autoregression of values, 2 back",
        "  the last value",
    ]
    assert made_of(replace(mean, views=(one,), others=(), adds=False)).splitlines()[1:] == [
        "The model is:",
        "  linear autoregression of values, 5 back",
    ]
    constant = replace(mean, views=(View(Scaling(0, 1), np.zeros(1), 1.0),))
    assert made_of(replace(constant, adds=True)).splitlines()[0] == "The model is the mean of:"
    assert made_of(from_stored(read_model(changes))) == (
        "The model is the network alone, on changes over 1 step."
    )
    of_inputs = View(Scaling(0, 1), np.zeros(1), 1.0, np.array([[0.0], [0], [1]]))
    assert (
        made_of(replace(found, views=(of_inputs,), others=(), adds=True))
        == "The model is the network alone, on values and inputs."
    )


def test_what_forecasts_is_learnt():
    """Each form by a lesson of its own, in which the network begins as one that adds nothing."""
    values = np.cumsum(np.random.default_rng(0).normal(size=100))
    found = task(data(values), Recipe(length=5))
    assert [lesson.adds for lesson in found.lessons] == [True] * len(found.lessons)
    assert 1 <= len(found.lessons) <= 3
    for form in ("levels", "changes"):
        (lesson,) = task(data(values), Recipe(length=5, form=form)).lessons
        assert not lesson.adds


def test_a_loss_may_stand_on_every_step():
    """Then each value of a window has the next as its target; the baseline is what it is without."""
    values = np.sin(np.arange(100.0))
    recipes = (Recipe(length=5, form="levels", loss=f"squared_error:{place}") for place in PLACES)
    last, every = (task(data(values), recipe).lessons[0] for recipe in recipes)
    for one, other in ((last.learn, every.learn), (last.choose, every.choose)):
        np.testing.assert_array_equal(one.xs, other.xs)
        assert other.targets.shape == other.xs.shape
        np.testing.assert_array_equal(other.targets[:, :-1], other.xs[:, 1:])
        np.testing.assert_array_equal(other.targets[:, -1], one.targets)


def dated(values, **more):
    """The data of a run on days."""
    given = Series("v", values, Calendar("seconds", 86_400, "2001-01-01"), 0)
    return {**asked_for(given, "", None, None, by_date=True), **more}


def columns_of(found):
    """How many columns the network of a task has."""
    assert {lesson.learn.xs.shape[2] for lesson in found.lessons} == {found.net.cell.inputs}
    return found.net.cell.inputs


def test_cycles_of_dates_are_inputs():
    """By the training stretch alone; without dates, or in a few of them, there are none."""
    values = np.random.default_rng(0).normal(size=120)
    found = task(dated(values), Recipe(length=5))
    assert columns_of(found) == 1 + 6
    assert found.said.splitlines()[-1] == "Inputs: sines of the week"


@pytest.mark.parametrize(("season", "columns"), [(None, 1), (5, 1), (6, 7)])
def test_a_season_longer_than_a_window_is_an_input(season, columns):
    """As a window sees none of it; a run of older versions has none, whatever its season."""
    given = data(np.random.default_rng(0).normal(size=120), season)
    assert columns_of(task(given, Recipe(length=5))) == columns
    assert columns_of(task(given, Recipe(length=5, form="levels"))) == columns
    for name in ("by_date", "beside"):
        del given[name]
    assert columns_of(task(given, Recipe(length=5))) == 1


def test_what_tests_changes_no_record_of_inputs():
    """Their means and scales are those of what is learnt from."""
    rng = np.random.default_rng(0)
    values, rows = rng.normal(size=100), rng.normal(size=(100, 1))
    later = rows.copy()
    later[85:] = 1e3
    given = (
        asked_for(Series("v", values, None, 0, each), "", None, Columns("v", inputs=["a"]))
        for each in (rows, later)
    )
    one, other = (task(each, Recipe(length=5)).lessons[0] for each in given)
    np.testing.assert_array_equal(one.learn.xs, other.learn.xs)
    np.testing.assert_array_equal(one.choose.xs, other.choose.xs)


@pytest.mark.slow
def test_a_year_of_days_is_forecast_better_than_by_baselines():
    """The temperature of Seattle up to twelve days ahead, by forms that see where in the year a day is."""
    from vega_datasets import data as vega

    values = np.array(vega.seattle_weather().temp_max, float)
    at, inputs = cut(len(values), 24), Inputs(cycles=("season",), season=365)
    beside = inputs.beside(Series("v", values))
    plain = view_of(Form(Transformation(), 24), values[: at.train])
    views = chosen(values, at, 24, 365, None, beside).views
    predictors = {"forms": mean_of(views, 24, None), "plain": mean_of([plain], 24, None)}
    first = at.validation - 1
    found = errors(predictors, values, contexts(values, first, len(values) - 13, 400), first, 12, beside)
    assert rmse_of(found["forms"]) < 0.95 * rmse_of(found["plain"])
