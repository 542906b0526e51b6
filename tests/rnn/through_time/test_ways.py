"""Both ways through time: every loss has its sweep in either, and turning twice is turning not at all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnn import Chunked, Full, Tail, Window
from rnn.through_time.ways import turned, two_way, ways_of

TRUNCATIONS = [Full(), Window(2), Chunked(2, 5), Chunked(4, 1), Tail(2)]


def reached(sweeps, steps):
    """By step, the first step that its loss reaches; none where it reaches nothing."""
    found = {}
    for sweep in sweeps:
        for t in range(max(sweep.seed, sweep.first), sweep.stop):
            assert t not in found
            found[t] = sweep.first
    return found


@pytest.mark.parametrize("truncation", TRUNCATIONS, ids=str)
@pytest.mark.parametrize("first_loss", [0, 4, 8])
def test_every_loss_is_in_one_sweep_either_way(truncation, first_loss):
    """Each reaches back to the step that the truncation says, in its own time."""
    steps = 9
    segment = two_way(truncation, steps, first_loss, 100, False)
    ahead, back = ways_of(segment)
    reach = {t: first for t in range(steps) if (first := truncation.first(t, steps)) <= t}
    assert reached(ahead.sweeps, steps) == {t: reach[t] for t in reach if t >= first_loss}
    assert reached(back.sweeps, steps) == {t: reach[t] for t in reach if t <= steps - 1 - first_loss}
    assert (segment.first_loss, segment.first_sent, back.first_loss) == (first_loss, first_loss, 0)
    assert ahead.reaches == back.reaches == ()
    assert two_way(truncation, steps, first_loss, 100, False) is segment


def test_what_losses_stand_for_is_turned_as_well():
    """Below the top of a stack."""
    segment = two_way(Full(), 3, 0, 100, True)._replace(losses=np.array([True, False, False]))
    ahead, back = ways_of(segment)
    assert (ahead.losses.tolist(), back.losses.tolist()) == ([True, False, False], [False, False, True])


@given(st.data())
def test_turning_twice_leaves_an_array(data):
    """With zeros where a record has ended; each begins with what was its last."""
    steps, records = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 3))
    array = data.draw(arrays(float, (steps, records, 2), elements=st.integers(-9, 9)))
    lengths = data.draw(st.none() | arrays(int, records, elements=st.integers(1, steps)))
    once = turned(array, lengths)
    ends = [steps] * records if lengths is None else lengths.tolist()
    for n, end in enumerate(ends):
        assert once[:end, n].tolist() == array[:end, n][::-1].tolist()
        assert not once[end:, n].any()
        assert turned(once, lengths)[:end, n].tolist() == array[:end, n].tolist()
