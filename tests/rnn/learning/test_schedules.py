"""Schedules: the rate of every update, against closed forms."""

from math import cos, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.learning.schedules import Constant, Cosine, StepDecay, Warmup


def test_a_cosine_falls_from_its_rate_to_zero():
    """The first update has the full rate, the middle half of it, and after the last nothing is left."""
    schedule = Cosine(0.5)
    assert schedule.rate_at(0, 10) == 0.5
    assert schedule.rate_at(5, 10) == pytest.approx(0.25, rel=1e-15)
    assert schedule.rate_at(10, 10) == 0
    assert schedule.rate_at(11, 10) == 0
    assert schedule.rate_at(3, 10) == pytest.approx(0.25 * (1 + cos(0.3 * pi)), rel=1e-15)


@given(st.integers(1, 50), st.integers(0, 500), st.none() | st.integers(1, 500), st.sampled_from([0.75, 1]))
def test_a_step_decay_falls_by_a_factor(step_size, done, total, gamma):
    """After every so many updates, however long the run: counted one by one."""
    rate = 0.5
    for update in range(1, done + 1):
        if update % step_size == 0:
            rate *= gamma
    assert StepDecay(0.5, step_size, gamma).rate_at(done, total) == pytest.approx(rate, rel=1e-12)


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
