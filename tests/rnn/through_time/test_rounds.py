"""Rounds: every sweep goes back in one of them, and in none do two share a step."""

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
