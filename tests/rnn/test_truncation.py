"""The truncations, read off their table step by step, and the sweeps that they make."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.truncation import Chunked, Full, Sweep, Tail, Window, sweeps
from tests.rnn.tables import Table

# Small ones, and one that is large beside them.
LENGTHS = (*range(1, 6), 8, 40)
COUNTS = (*range(6), 7, 8, 39, 40, 41)


def reached(truncation, steps):
    """The mask: for each loss, the set of the steps that it reaches."""
    return [set(range(truncation.first(t, steps), t + 1)) for t in range(steps)]


def before(t, allowed):
    """Those of the allowed steps that the loss at t can see, from 0 to t."""
    return {s for s in allowed if 0 <= s <= t}


tables = st.integers(1, 10).flatmap(
    lambda steps: st.lists(st.integers(0, steps), min_size=steps, max_size=steps).map(tuple).map(Table)
)


@pytest.mark.parametrize("steps", LENGTHS)
def test_full_reaches_every_earlier_step(steps):
    """The loss at t reaches 0 … t."""
    assert reached(Full(), steps) == [before(t, range(steps)) for t in range(steps)]


@pytest.mark.parametrize("steps", LENGTHS)
@pytest.mark.parametrize("k", COUNTS)
def test_window_reaches_k_jumps_back(steps, k):
    """The loss at t reaches t − k … t: k jumps, so k + 1 steps where there are as many."""
    assert reached(Window(k), steps) == [before(t, range(t - k, t + 1)) for t in range(steps)]


@pytest.mark.parametrize("steps", LENGTHS)
@pytest.mark.parametrize("k", COUNTS)
def test_tail_reaches_the_last_k_steps(steps, k):
    """The loss at t reaches those of the sequence's last k steps that are not after t, maybe none."""
    last = list(range(steps))[steps - min(k, steps) :]
    assert reached(Tail(k), steps) == [before(t, last) for t in range(steps)]


@pytest.mark.parametrize("steps", LENGTHS)
@pytest.mark.parametrize("k1", COUNTS[1:])
def test_chunked_reaches_within_and_before_its_chunk(steps, k1):
    """Of its chunk, ragged or not, a loss reaches the last k2 steps, and where k2 > k1, k2 − k1 before it."""
    for k2 in COUNTS:
        want = []
        for start in range(0, steps, k1):
            chunk = list(range(steps))[start : start + k1]
            kept = chunk[len(chunk) - min(k2, len(chunk)) :] if k2 < k1 else chunk
            want += [before(t, {*range(start - (k2 - k1), start), *kept}) for t in chunk]
        assert reached(Chunked(k1, k2), steps) == want, k2


@pytest.mark.parametrize(("k", "count"), [(200, np.uint8), (7, np.int8), (5, np.uint64)], ids=str)
def test_counts_of_any_type_are_ints(k, count):
    """An unsigned count would wrap around in t − k, and one of eight bits in k1 ⌊t / k1⌋."""
    for truncation, same in [
        (Window(count(k)), Window(k)),
        (Tail(count(k)), Tail(k)),
        (Chunked(count(k)), Chunked(k)),
        (Chunked(count(k), count(3)), Chunked(k, 3)),
        (Chunked(3, count(k)), Chunked(3, k)),
    ]:
        assert {type(field) for field in vars(truncation).values()} <= {int, type(None)}
        assert truncation == same
        for steps in (1, 50, 300):
            numbers = range(steps)
            assert [truncation.first(t, steps) for t in numbers] == [same.first(t, steps) for t in numbers]
        assert truncation.first(np.uint8(49), np.uint8(50)) == same.first(49, 50)


@given(tables, st.data())
def test_sweeps_partition_the_losses(truncation, data):
    """A loss that reaches a step is in one sweep, and no loss is in two or in a wrong one."""
    steps = len(truncation.firsts)
    first_loss = data.draw(st.integers(0, steps - 1))
    found = sweeps(truncation, steps, first_loss)
    firsts = [(t, sweep.first) for sweep in found for t in range(sweep.seed, sweep.stop)]
    losses = [(t, truncation.firsts[t]) for t in range(first_loss, steps)]
    assert len(firsts) == len(set(firsts))
    assert {(t, first) for t, first in losses if first <= t} <= set(firsts) <= set(losses)


def test_a_window_is_t_minus_k_sweeps():
    """Window(k) is T − k sweeps of k + 1 steps, earliest first, which collects k + 1 losses."""
    assert sweeps(Window(2), 5, 0) == (Sweep(0, 0, 3), Sweep(1, 3, 4), Sweep(2, 4, 5))
    assert sweeps(Window(2), 5, 4) == (Sweep(2, 4, 5),)


def test_chunks_are_sweeps():
    """Chunked(K) is ⌈T/K⌉ sweeps, of which the last may be shallower."""
    assert sweeps(Chunked(3), 8, 0) == (Sweep(0, 0, 3), Sweep(3, 3, 6), Sweep(6, 6, 8))
    # The losses at 0, 1 and 3 share their chunk's sweep, which ends before it gets to them.
    assert sweeps(Chunked(3, 1), 5, 0) == (Sweep(2, 0, 3), Sweep(4, 3, 5))
