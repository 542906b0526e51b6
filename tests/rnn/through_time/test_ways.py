"""Both ways through time: every loss has its sweep in either, and turning twice is turning not at all."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnn import Full
from rnn.through_time.ways import turned, two_way, ways_of


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
