"""What a cell and several of them have in common."""

import numpy as np
import pytest

from rnn import GRU, LSTM, Stack, Vanilla
from rnn.through_time.bptt import MAX_CARRY_BYTES, NUMPY
from rnn.through_time.recurrence import Finals, Inputs, Single, last_state, sweeps_at_once

EACH = [Single(Vanilla(2, 3)), Single(LSTM(2, 3)), Stack(LSTM(2, 4), GRU(4, 3))]
every_one = pytest.mark.parametrize("own", EACH, ids=lambda own: own.name)


def unrolled(own):
    """A tape of two records and three steps."""
    rng = np.random.default_rng(0)
    weights = own.weights(*own.init(rng))
    state = tuple(rng.normal(size=(2, width)) for width in own.widths)
    return state, own.unroll(weights, Inputs(rng.normal(size=(2, 3, 2))), state, None, NUMPY)


@every_one
def test_states_begin_with_the_first_and_end_with_the_last(own):
    """As many as have names; the last is a copy, and its first array on top is the last output."""
    state, tape = unrolled(own)
    assert [array.shape for array in own.states(tape)] == [(4, 2, width) for width in own.widths]
    assert len(own.state) == len(own.widths)
    for array, given in zip(own.states(tape), state, strict=True):
        assert array[0].tolist() == given.tolist()
    last = last_state(own, tape)
    for array, copy in zip(own.states(tape), last, strict=True):
        assert copy.tolist() == array[-1].tolist()
        assert not np.shares_memory(copy, array)
    assert own.outputs(tape).shape == (3, 2, own.units)
    assert any(own.outputs(tape)[-1].tolist() == copy.tolist() for copy in last)


def test_last_states_stand_beside_the_outputs():
    """At the last step of all or of each record, beside cotangents of the last few steps, which stay."""
    dhs = np.arange(12.0).reshape(3, 2, 2)
    arrays = np.ones((2, 2)), 10 * np.ones((2, 2))
    found, others = Finals(arrays, 4).beside(dhs, 5, None)
    assert (found - dhs).tolist() == [[[0, 0]] * 2] * 2 + [[[1, 1]] * 2]
    assert others.tolist() == [[[0, 0]] * 2] * 2 + [[[10, 10]] * 2]
    found, _ = Finals(arrays, np.array([4, 2])).beside(dhs, 5, None)
    assert (found - dhs)[:, :, 0].tolist() == [[0, 1], [0, 0], [1, 0]]
    losses = np.array([False, False, True, True, False])
    found, _ = Finals(arrays, np.array([4, 2])).beside(dhs, 5, losses)
    assert (found - dhs)[:, :, 0].tolist() == [[0, 1], [0, 0], [0, 0]]


def test_the_widest_array_of_a_state_says_how_many_go_at_once():
    """One at the least."""
    small, large = np.zeros((1, 4)), np.zeros((1, 64))
    assert sweeps_at_once((small, large)) == MAX_CARRY_BYTES // large.nbytes
    assert sweeps_at_once((np.zeros((100, 1000)), small)) == 1
