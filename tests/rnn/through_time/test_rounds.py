"""Rounds: every sweep goes back in one of them, and in none do two share a step."""

from hypothesis import given
from hypothesis import strategies as st

from rnn.through_time.rounds import apart
from rnn.truncation import Sweep


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
