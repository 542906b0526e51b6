"""The task of a text: its records, its baselines, and what is written."""

from types import SimpleNamespace

import numpy as np
import pytest

from rnn.app import text
from rnn.app.forecaster import read_model
from rnn.app.recipe import Recipe
from rnn.app.text import alphabet_of, baselines, run_data, task
from rnn.storage import Stored
from rnn.training import Standing, courses

TEXT = "abcd" * 40


def test_each_character_has_the_next_as_its_target():
    """One stretch after another."""
    found = task(run_data(TEXT, "t"), Recipe(length=6, units=2))
    (lesson,) = found.lessons
    codes, ahead = lesson.learn.xs.argmax(axis=2), lesson.learn.targets
    np.testing.assert_array_equal(codes.ravel()[1:], ahead.ravel()[:-1])
    assert codes.ravel()[:6].tolist() == [0, 1, 2, 3, 0, 1]


def test_baselines_by_hand():
    """Of a a b: a is as likely as 3 in 5; after a, a and b are 2 in 4 each."""
    found = baselines("aab", "ba")
    assert found["how often each character is"] == pytest.approx(-np.log(3 / 5))
    assert found["how often each pair is"] == pytest.approx(-np.log(1 / 2))
    assert baselines("aab", "aa")["how often each pair is"] == pytest.approx(-np.log(2 / 4))


def test_the_seed_alone_decides_what_is_written(written):
    """And without heat the likeliest character is taken."""
    stored = read_model(written)
    alphabet, length, recent = alphabet_of(stored)

    def some(temperature, seed):
        rng = np.random.default_rng(seed)
        return text.written(stored.net, stored.params, recent, length, 30, temperature, rng).tolist()

    assert some(5.0, 1) == some(5.0, 1) != some(5.0, 2)
    assert some(0.0, 1) == some(0.0, 2)
    assert set(some(5.0, 1)) <= set(range(len(alphabet)))


@pytest.mark.parametrize(
    ("about", "recent"),
    [
        ({"kind": "series"}, None),
        ({"alphabet": "a" * 11}, None),
        ({"length": 0}, None),
        ({}, np.array([0.5])),
        ({}, np.array([], np.int64)),
        ({}, np.array([99])),
    ],
)
def test_a_file_of_something_else_is_refused(written, about, recent):
    """With a ValueError, whatever is wrong in it."""
    stored = read_model(written)
    arrays = stored.arrays if recent is None else {"recent": recent}
    with pytest.raises(ValueError, match="needed"):
        alphabet_of(Stored(stored.net, stored.params, arrays, {**stored.about, **about}))


def test_a_loss_may_stand_on_the_last_character():
    """Of each stretch; what judges is every character all the same."""
    last, every = (
        task(run_data(TEXT, "t"), Recipe(length=6, units=2, loss=loss))
        for loss in ("softmax_cross_entropy:last", None)
    )
    (lesson,), (whole,) = last.lessons, every.lessons
    np.testing.assert_array_equal(lesson.learn.targets, whole.learn.targets[:, -1])
    np.testing.assert_array_equal(lesson.choose.targets, whole.choose.targets[:, -1])
    params = every.net.init(np.random.default_rng(0), np.float32)
    figures = [each.finish([SimpleNamespace(best=params)]).figures for each in (last, every)]
    assert figures[0] == figures[1]


def test_a_loss_that_is_no_number_costs_no_model():
    """What judges is met when all is learnt: its figure is infinite then, and the rest is as it was."""
    made = task(run_data("the cat sat on the mat. " * 40, "t"), Recipe(length=8, units=4))
    params = made.net.init(np.random.default_rng(0), np.float32)
    c = np.full_like(params.c, -3e38)
    c[0] = 3e38
    (course,) = courses([Standing(0, params._replace(c=c), None, 1.0, 1.0)], None)
    with np.errstate(all="ignore"):
        found = made.finish([course])
    assert found.figures["bits a character"]["the network"] == np.inf
    assert "  inf\n" in found.said
