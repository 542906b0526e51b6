"""The task of a series: how it is split, and figures that hide nothing."""

import numpy as np
import pytest

from rnn.app.forecaster import from_stored, read_model
from rnn.app.recipe import PLACES, Recipe
from rnn.app.series import asked_for, sine, table, task, verdict
from rnn.app.table import Series


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
    later[70:] *= 3
    one, other = (task(data(each), Recipe(length=5)).learn for each in (values, later))
    np.testing.assert_array_equal(one.xs, other.xs)
    np.testing.assert_array_equal(one.targets, other.targets)


def test_a_season_can_be_said():
    """One that is longer than what is learnt from is refused."""
    assert task(data(np.sin(np.arange(100.0)), season=70), Recipe(length=5)).said.startswith(
        "v: 100 values, 2 of"
    )
    with pytest.raises(ValueError, match="--season: 71, needed at most 70"):
        task(data(np.sin(np.arange(100.0)), season=71), Recipe(length=5))


def test_a_verdict_names_what_is_better():
    """Equals are not beaten either."""
    assert verdict({"the network": 1.0, "a": 2.0}) == "The network beats all of them."
    assert verdict({"the network": 1.0, "a": 1.0, "b": 0.5}) == "The network does not beat a nor b."


def test_figures_stand_under_each_other(model):
    """With the season's steps and the unit."""
    shown = table({"the network": 1.0, "the season before": 2.0}, "Title", from_stored(read_model(model)))
    assert shown.splitlines() == [
        "Title",
        "  the network                   1 $",
        "  the season before (12 steps)  2 $",
        "The network beats all of them.",
    ]


def test_a_loss_may_stand_on_every_step():
    """Then each value of a window has the next as its target; the baseline is what it is without."""
    values = np.sin(np.arange(100.0))
    last, every = (task(data(values), Recipe(length=5, loss=f"squared_error:{place}")) for place in PLACES)
    for one, other in ((last.learn, every.learn), (last.choose, every.choose)):
        np.testing.assert_array_equal(one.xs, other.xs)
        assert other.targets.shape == other.xs.shape
        np.testing.assert_array_equal(other.targets[:, :-1], other.xs[:, 1:])
        np.testing.assert_array_equal(other.targets[:, -1], one.targets)
    with pytest.raises(ValueError, match="--loss: softmax_cross_entropy, needed squared_error"):
        task(data(values), Recipe(length=5, loss="softmax_cross_entropy"))
