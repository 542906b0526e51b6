"""The task of a series: how it is split, and figures that hide nothing."""

from dataclasses import replace

import numpy as np
import pytest

from rnn.app.forecaster import from_stored, read_model
from rnn.app.preparing import Scaling
from rnn.app.recipe import PLACES, Recipe
from rnn.app.series import asked_for, made_of, seen, sine, table, task
from rnn.app.table import Series
from rnn.app.transformation import Transformation
from rnn.app.views import View


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
    with pytest.raises(ValueError, match="--season: 71, needed at most 70"):
        task(data(np.sin(np.arange(100.0)), season=71), Recipe(length=5))


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


def test_what_a_model_is_made_of_is_said(model, changes):
    """The network alone, with linear parts, or linear parts where it adds nothing."""
    found = from_stored(read_model(model))
    assert made_of(found).startswith(
        "The network adds nothing on the validation stretch.\nThe model is the mean of "
    )
    assert made_of(replace(found, adds=True)).startswith(
        "The model is the mean of linear autoregressions, each"
    )
    assert made_of(found).splitlines()[2:] == [
        *("  values, 12 back, twice", *(f"  {seen(view)}" for view in found.views[1:-1])),
    ]
    plain, other = (View(Scaling(0, 1), np.zeros(order + 1), 1.0) for order in (5, 2))
    assert made_of(replace(found, views=(plain, other, plain))).splitlines()[2:] == [
        "  values, 5 back, twice",
        "  values, 2 back",
    ]
    assert made_of(from_stored(read_model(changes))) == (
        "The model is the network alone, on changes over 1 step."
    )


def test_forms_and_the_plain_autoregression_are_learnt():
    """Each by a lesson of its own, in which the network begins as one that adds nothing."""
    values = np.cumsum(np.random.default_rng(0).normal(size=100))
    found = task(data(values), Recipe(length=5))
    assert [lesson.adds for lesson in found.lessons] == [True] * len(found.lessons)
    assert 2 <= len(found.lessons) <= 4
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
    with pytest.raises(ValueError, match="--loss: softmax_cross_entropy, needed squared_error"):
        task(data(values), Recipe(length=5, loss="softmax_cross_entropy"))
