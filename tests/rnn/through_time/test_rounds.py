"""Rounds: every sweep goes back in one of them, and in none do two share a step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.through_time.rounds import apart, rounds_of
from rnn.through_time.routes import segments
from rnn.truncation import Chunked, Full, Sweep, Tail, Window


def steps_of(sweep):
    """The steps that a sweep reaches."""
    return range(sweep.first, sweep.stop)


spans = st.tuples(st.integers(0, 12), st.integers(1, 6)).map(lambda each: Sweep(each[0], each[0], sum(each)))


@given(st.lists(spans, max_size=12))
def test_groups_are_few_and_apart(sweeps):
    """As many groups as sweeps meet on one step, at the most; in none is a step reached twice."""
    groups = apart([(sweep.first, sweep.stop) for sweep in sweeps])
    assert sorted(place for group in groups for place in group) == list(range(len(sweeps)))
    for group in groups:
        reached = [t for place in group for t in steps_of(sweeps[place])]
        assert len(reached) == len(set(reached))
    met = [sum(t in steps_of(sweep) for sweep in sweeps) for t in range(18)]
    assert len(groups) == max(met)


@pytest.mark.parametrize(
    ("truncation", "count"),
    [(Full(), 1), (Tail(3), 1), (Chunked(3), 1), (Chunked(3, 1), 1), (Window(0), 1), (Window(3), 4)],
    ids=str,
)
def test_a_window_has_a_round_for_each_of_its_steps(truncation, count):
    """And truncations whose sweeps share no step have one."""
    (segment,) = segments(truncation, 10, 0, 100)
    found = rounds_of(segment)
    assert len(found) == count
    assert found is rounds_of(segment)


@pytest.mark.parametrize("truncation", [Full(), Window(2), Chunked(3), Chunked(2, 3), Tail(2)], ids=str)
def test_below_the_top_every_step_collects(truncation):
    """From each sweep's first step on, from which the level above hands down; the losses are those on top."""
    (segment,) = segments(truncation, 9, 0, 100)
    collected = np.zeros(9, int)
    for top, below in rounds_of(segment):
        assert [(sweep.first, sweep.stop) for sweep in top.sweeps] == [each[::2] for each in below.sweeps]
        assert all(sweep.seed == sweep.first for sweep in below.sweeps)
        assert (below.first_loss, below.first, top.losses) == (top.first, top.first, None)
        collected += below.losses
        # A segment below another one is one round, its own.
        assert [(each.top, each.below) for each in rounds_of(below)] == [(below, below)]
    reaching = [t for t in range(9) if truncation.first(t, 9) <= t]
    assert np.flatnonzero(collected).tolist() == reaching
    assert collected.max() == 1


def test_no_loss_that_reaches_a_step_is_a_round_of_none():
    """Its first step is then the last one, as of any segment."""
    (segment,) = segments(Tail(0), 5, 0, 100)
    ((top, below),) = rounds_of(segment)
    assert (top.sweeps, below.sweeps, below.first, below.losses.any()) == ((), (), 4, False)
