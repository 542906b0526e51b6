"""The task of a series: how it is split, and figures that hide nothing."""

import numpy as np
import pytest

from rnn.app.calendar import Calendar
from rnn.app.recipe import PLACES, Recipe
from rnn.app.series import run_data, task
from rnn.app.table import Columns, Series


def data(values, season=None):
    """A series without a name to speak of."""
    return run_data(Series("v", np.asarray(values, float), filled=2), "", season, None)


def test_scaling_has_not_seen_what_judges():
    """Values that come later change no record that is learnt from."""
    values = np.sin(np.arange(100.0))
    later = values.copy()
    later[85:] *= 3
    pairs = zip(*(task(data(each), Recipe(length=5)).lessons for each in (values, later)), strict=True)
    for one, other in pairs:
        np.testing.assert_array_equal(one.learn.xs, other.learn.xs)
        np.testing.assert_array_equal(one.learn.targets, other.learn.targets)


def test_what_forecasts_is_learnt():
    """Each form by a lesson of its own, in which the network begins as one that adds nothing."""
    values = np.cumsum(np.random.default_rng(0).normal(size=100))
    found = task(data(values), Recipe(length=5))
    assert [lesson.adds for lesson in found.lessons] == [True] * len(found.lessons)
    assert 1 <= len(found.lessons) <= 3
    for form in ("levels", "changes"):
        (lesson,) = task(data(values), Recipe(length=5, form=form)).lessons
        assert not lesson.adds


def columns_of(found):
    """How many columns the network of a task has."""
    assert {lesson.learn.xs.shape[2] for lesson in found.lessons} == {found.net.cell.inputs}
    return found.net.cell.inputs


def test_cycles_of_dates_are_inputs():
    """By the training stretch alone; without dates, or in a few of them, there are none."""
    values = np.random.default_rng(0).normal(size=120)
    dated = Series("v", values, Calendar("seconds", 86_400, "2001-01-01"), 0)
    found = task(run_data(dated, "", None, None, by_date=True), Recipe(length=5))
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
        run_data(Series("v", values, None, 0, each), "", None, Columns("v", inputs=["a"]))
        for each in (rows, later)
    )
    one, other = (task(each, Recipe(length=5)).lessons[0] for each in given)
    np.testing.assert_array_equal(one.learn.xs, other.learn.xs)
    np.testing.assert_array_equal(one.choose.xs, other.choose.xs)


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
