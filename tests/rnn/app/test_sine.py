"""Training on the sine, for one epoch: the task is the article's, the figures what they are called."""

from dataclasses import replace
from math import cos, sin, sqrt

import numpy as np
import pytest

from rnn import Window
from rnn.app import sine as task
from rnn.app.sine import FREE_RUN, SineRecipe, baselines, train_on_sine
from rnn.data import Records

ONCE = SineRecipe(epochs=1, truncation=Window(5))


@pytest.fixture(scope="module", autouse=True)
def small_network():
    """Eight units in place of a hundred: what is tested does not depend on how well it learns."""
    with pytest.MonkeyPatch.context() as patch:
        assert task.UNITS == 100
        patch.setattr(task, "UNITS", 8)
        yield


@pytest.fixture(scope="module")
def trained():
    """One epoch from seed 0, and what was reported on the way."""
    reported = []
    return train_on_sine(ONCE, 0, [reported.append]), reported


def test_what_is_validated_is_the_articles(trained):
    """The truth is sin 150 … sin 199: the fifty windows after the hundred that are learned from."""
    sine, _ = trained
    truth, predicted = sine.validation
    np.testing.assert_allclose(truth, [sin(x) for x in range(150, 200)], atol=1e-14)
    assert predicted.shape == truth.shape
    assert np.all(np.isfinite(predicted))


def test_the_free_run_goes_on_from_the_end(trained):
    """A thousand steps: the truth is sin 199 … sin 1198."""
    sine, _ = trained
    truth, alone = sine.free
    np.testing.assert_allclose(truth, [sin(x) for x in range(199, 199 + FREE_RUN)], atol=1e-12)
    assert alone.shape == (FREE_RUN,)


def test_the_figures_are_of_the_curves(trained):
    """Each RMSE is that of its pair of curves."""
    sine, _ = trained
    for figure, (truth, got) in ((sine.validation_rmse, sine.validation), (sine.free_run_rmse, sine.free)):
        squares = [(a - b) ** 2 for a, b in zip(truth.tolist(), got.tolist(), strict=True)]
        assert figure == pytest.approx(sqrt(sum(squares) / len(squares)), rel=1e-12)


def test_the_recipe_is_followed(trained):
    """Another window, rate or batch is another network; the recipe is kept with the figures."""
    sine, _ = trained
    assert sine.recipe == ONCE
    for change in ({"truncation": Window(0)}, {"rate": 1e-3}, {"batch": 10}, {"clip": 1e-3}):
        other = train_on_sine(replace(ONCE, **change), 0)
        assert other.validation_rmse != sine.validation_rmse


def test_baselines_of_any_records():
    """By hand: windows that end in 1, 2 and 3, 5, with 4 and 8 to come."""
    records = Records(np.array([[[1.0], [2.0]], [[3.0], [5.0]]]), np.array([[4.0], [8.0]]))
    zero, last, recurrence = baselines(records).values()
    assert zero == pytest.approx(sqrt((16 + 64) / 2))
    assert last == pytest.approx(sqrt((4 + 9) / 2))
    predicted = 2 * cos(1) * 2 - 1, 2 * cos(1) * 5 - 3
    assert recurrence == pytest.approx(sqrt(((predicted[0] - 4) ** 2 + (predicted[1] - 8) ** 2) / 2))
