"""A checkpoint gives the course of a training back, to the bit."""

import numpy as np
import pytest

from rnn import RNN, Vanilla
from rnn.app.checkpoint import keep, kept
from rnn.optimisers import State
from rnn.training import Learnt, Standing, courses

NET = RNN(Vanilla(1, 2), 1)


def params(number):
    """Parameters that are told apart by this."""
    return NET.init(np.random.default_rng(number))


def course_of(*validation):
    """A course with these losses in validation."""
    standings = []
    for epoch, loss in enumerate(validation):
        moments = tuple(np.full(9, epoch + 0.1 * place) for place in range(2))
        standings.append(Standing(epoch, params(epoch), State(epoch, 9, moments), 10.0 - epoch, loss))
    return list(courses(standings, None))[-1]


def test_a_checkpoint_gives_the_course_back(tmp_path):
    """Every number to the bit, and the generator goes on as it would have."""
    rng, course = np.random.default_rng(3), course_of(5.0, 1 / 3, 3.0)
    rng.normal(size=5)
    before = [course_of(4.0, 3.0), course_of(7.0)]
    keep(tmp_path / "c", NET, before, course, rng, "this run")
    ended, found, again = kept(tmp_path / "c", NET, "this run")
    for one, other in zip(ended, before, strict=True):
        assert type(one) is Learnt
        assert (one.train, one.validation, one.best_epoch) == (
            other.train,
            other.validation,
            other.best_epoch,
        )
        for block, wanted in zip(one.best, other.best, strict=True):
            np.testing.assert_array_equal(block, wanted)
    assert (found.train, found.validation, found.best_epoch) == (course.train, course.validation, 1)
    assert found.standing[0] == 2
    assert found.standing.state[:2] == (2, 9)
    pairs = [
        *zip(found.standing.params, course.standing.params, strict=True),
        *zip(found.best, course.best, strict=True),
        *zip(found.standing.state.moments, course.standing.state.moments, strict=True),
    ]
    for one, other in pairs:
        np.testing.assert_array_equal(one, other)
    assert again.random(5).tolist() == rng.random(5).tolist()


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    """Of other data, or of another network."""
    keep(tmp_path / "c", NET, [], course_of(1.0), np.random.default_rng(0), "this run")
    for net, of in ((NET, "another"), (RNN(Vanilla(1, 2), 2), "this run")):
        with pytest.raises(ValueError, match="the checkpoint of another run"):
            kept(tmp_path / "c", net, of)
