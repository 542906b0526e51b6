"""Rounds, blocks and ratios. No test here knows how long anything takes."""

from itertools import groupby

import pytest

from benchmarks import timing
from benchmarks.timing import Effort, Quartiles, Times, interleaved


def test_a_ratio_is_the_median_of_ratios_by_round():
    """Round by round 2, 3 and 10: their median is 3, where the ratio of the medians would be 6."""
    ours, theirs = Times((1.0, 2.0, 1.0)), Times((2.0, 6.0, 10.0))
    assert theirs.over(ours).median == 3
    assert Quartiles.of(theirs.seconds).median / Quartiles.of(ours.seconds).median == 6
    assert ours.over(theirs).median == pytest.approx(1 / 3)


def test_a_spread_is_quartiles():
    """Of five values, the second, the third and the fourth in order."""
    assert Quartiles.of([5, 1, 4, 2, 3]) == Quartiles(2, 3, 4)


def blocks(effort, names="abc"):
    """(name, calls in a row) as they were made, and the times, for calls that do nothing."""
    log = []
    times = interleaved({name: lambda name=name: log.append(name) for name in names}, effort)
    return [(name, len(list(calls))) for name, calls in groupby(log)], times


def test_contenders_take_turns():
    """Each block is of one contender, one call longer than what is timed; each round starts with the next."""
    effort = Effort(rounds=3, least=3, block=0, budget=0)
    made, times = blocks(effort)
    rounds = "abc", "bca", "cab"
    # One block each to see how long a call takes, then the rounds; c, at the end of one, starts none.
    assert made == [(name, 2) for name in "abc" + "".join(rounds)]
    assert all(len(each.seconds) == 3 for each in times.values())


@pytest.mark.parametrize(("budget", "rounds"), [(0, 2), (1e9, 7)])
def test_the_budget_decides_between_least_and_most(budget, rounds):
    """Without one the least is done, with plenty the most."""
    _, times = blocks(Effort(rounds=7, least=2, block=0, budget=budget))
    assert {len(each.seconds) for each in times.values()} == {rounds}


def test_short_calls_are_repeated():
    """A call that does nothing is repeated within a block."""
    made, _ = blocks(Effort(rounds=1, least=1, block=0.0001, budget=0))
    assert all(calls > 2 for _, calls in made[-3:])


@pytest.mark.parametrize(("awake", "looks"), [(0, 1), (3, 4), (1_000, 100)])
def test_a_block_waits_for_threads_that_the_one_before_left_awake(monkeypatch, awake, looks):
    """Look after look, until one in which nothing has run; not for ever."""
    seen, clock = [], [0.0]

    def sleep(seconds):
        seen.append(seconds)
        clock[0] += seconds if len(seen) <= awake else 0

    monkeypatch.setattr(timing.time, "sleep", sleep)
    monkeypatch.setattr(timing.time, "process_time", lambda: clock[0])
    timing._block(lambda: None, 1)
    assert len(seen) == looks
