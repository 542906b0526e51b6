"""Schedules: the rate of every update, against closed forms."""

import re
from fractions import Fraction
from math import cos, inf, nan, pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.learning.schedules import Constant, Cosine, StepDecay, Warmup


@given(st.integers(0, 10**9), st.none() | st.integers(1, 10**9))
def test_a_constant_rate_is_constant(done, total):
    """Constant knows neither a beginning nor an end."""
    assert Constant(0.25).rate_at(done, total) == 0.25


def test_a_cosine_falls_from_its_rate_to_zero():
    """The first update has the full rate, the middle half of it, and after the last nothing is left."""
    schedule = Cosine(0.5)
    assert schedule.rate_at(0, 10) == 0.5
    assert schedule.rate_at(5, 10) == pytest.approx(0.25, rel=1e-15)
    assert schedule.rate_at(10, 10) == 0
    assert schedule.rate_at(11, 10) == 0
    assert schedule.rate_at(3, 10) == pytest.approx(0.25 * (1 + cos(0.3 * pi)), rel=1e-15)


@given(st.integers(1, 10**6), st.data())
def test_a_cosine_never_rises(total, data):
    """A later update has no higher rate, and every update but the one after the last has some."""
    done = data.draw(st.integers(0, total - 1))
    schedule = Cosine(1.0)
    assert 0 <= schedule.rate_at(done + 1, total) <= schedule.rate_at(done, total) <= 1
    assert schedule.rate_at(done, total) > 0


def test_a_cosine_names_what_it_is_asked():
    """Counts of updates, as in the start of a run."""
    for arguments, message in [((None, 5), "done: None"), ((-1, 5), "done: -1"), ((0, "5"), "updates: '5'")]:
        with pytest.raises((TypeError, ValueError), match=f"^{message}, needed"):
            Cosine(0.1).rate_at(*arguments)


@given(st.integers(1, 50), st.integers(0, 500), st.none() | st.integers(1, 500))
def test_a_step_decay_falls_by_a_factor(step_size, done, total):
    """After every so many updates, however long the run: counted one by one."""
    rate = 0.5
    for update in range(1, done + 1):
        if update % step_size == 0:
            rate *= 0.75
    assert StepDecay(0.5, step_size, 0.75).rate_at(done, total) == pytest.approx(rate, rel=1e-12)


def test_a_step_decay_may_end_in_nothing():
    """A rate below the smallest float is 0, and a factor of 1 leaves it where it was."""
    assert StepDecay(0.5, 1).rate_at(10**6, None) == 0
    assert StepDecay(0.5, 1, 1).rate_at(10**6, None) == 0.5
    assert StepDecay(0.5, 3).gamma == 0.1


def test_a_warmup_rises_in_a_line():
    """In equal steps from 0, which is no update's rate, to the first rate of the schedule."""
    schedule = Warmup(Constant(0.6), 3)
    assert [schedule.rate_at(done, None) for done in range(6)] == pytest.approx(
        [0.15, 0.3, 0.45, 0.6, 0.6, 0.6]
    )


@given(st.integers(1, 30), st.integers(1, 60), st.data())
def test_after_a_warmup_the_schedule_has_the_rest(warm, left, data):
    """It is then where it would be in a run without, that begins there."""
    total = warm + left
    done = data.draw(st.integers(0, total + 3))
    for schedule in (Cosine(0.5), StepDecay(0.5, 4), Constant(0.5)):
        rate = Warmup(schedule, warm).rate_at(done, total)
        if done >= warm:
            assert rate == schedule.rate_at(done - warm, left)
        else:
            assert rate == pytest.approx(0.5 * (done + 1) / (warm + 1), rel=1e-15)
            assert rate < 0.5


def test_a_warmup_of_a_warmup():
    """A schedule of schedules is one: the inner one's first rate is where the outer one leads."""
    schedule = Warmup(Warmup(Constant(0.6), 1), 2)
    assert [schedule.rate_at(done, 9) for done in range(5)] == pytest.approx([0.1, 0.2, 0.3, 0.6, 0.6])


@pytest.mark.parametrize("total", [1, 4, 5])
def test_a_run_has_more_updates_than_its_warmup(total):
    """Or the rate would never be reached."""
    message = f"updates: {total}, needed more than the 5 of Warmup.updates"
    with pytest.raises(ValueError, match=f"^{message}$"):
        Warmup(Constant(0.1), 5).rate_at(0, total)


def test_what_a_schedule_within_gives_is_looked_at():
    """By the name of both."""

    class Odd:
        def rate_at(self, done, updates):
            return nan

    with pytest.raises(ValueError, match=r"^Warmup\.schedule\.rate_at\(2, 3\): nan, needed a finite number"):
        Warmup(Odd(), 5).rate_at(7, 8)
    with pytest.raises(
        ValueError, match=r"^updates: None, needed the number of updates that Cosine has to span$"
    ):
        Warmup(Cosine(0.1), 5).rate_at(0, None)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: StepDecay(0, 1), ValueError, "StepDecay.rate: 0, needed a finite number above 0"),
        (lambda: StepDecay(inf, 1), ValueError, "StepDecay.rate: inf, needed"),
        (lambda: StepDecay("1", 1), TypeError, "StepDecay.rate: '1', needed a number"),
        (lambda: StepDecay(1, 0), ValueError, "StepDecay.step_size: 0, needed at least 1"),
        (lambda: StepDecay(1, 1.5), TypeError, "StepDecay.step_size: 1.5, needed an integer of at least 1"),
        (lambda: StepDecay(1, 1, 0), ValueError, "StepDecay.gamma: 0, needed a finite number above 0"),
        (lambda: StepDecay(1, 1, 1.01), ValueError, "StepDecay.gamma: 1.01, needed at most 1"),
        (lambda: StepDecay(1, 1, nan), ValueError, "StepDecay.gamma: nan, needed"),
        (
            lambda: StepDecay(1, 1, Fraction(1, 2)),
            TypeError,
            "StepDecay.gamma: Fraction(1, 2), needed a number",
        ),
        (lambda: Warmup(0.1, 5), TypeError, "Warmup.schedule: 0.1, needed a schedule, as Constant(0.001)"),
        (lambda: Warmup(Constant, 5), TypeError, "Warmup.schedule: <class"),
        (lambda: Warmup(Constant(1), 0), ValueError, "Warmup.updates: 0, needed at least 1"),
        (lambda: Warmup(Constant(1), None), TypeError, "Warmup.updates: None, needed an integer"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_made(make, error, message):
    """By the name of the field."""
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        make()


@pytest.mark.parametrize("schedule", [StepDecay(0.1, 3), Warmup(Constant(0.1), 3)])
def test_a_schedule_names_what_it_is_asked(schedule):
    """Counts of updates, as in the start of a run."""
    for arguments, message in [((None, 5), "done: None"), ((-1, 5), "done: -1"), ((0, "5"), "updates: '5'")]:
        with pytest.raises((TypeError, ValueError), match=f"^{message}, needed"):
            schedule.rate_at(*arguments)


def test_numbers_are_kept_as_pythons_own():
    """Those that were checked."""
    kept = StepDecay(np.float32(0.5), np.uint8(3), np.float16(0.25))
    assert [type(number) for number in vars(kept).values()] == [float, int, float]
    assert type(Warmup(kept, np.int8(2)).updates) is int
