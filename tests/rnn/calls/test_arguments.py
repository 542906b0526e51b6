"""The arguments of a call, as every method of a network and a layer checks them."""

import numpy as np

from rnn import Vanilla
from rnn.calls.arguments import checked_call
from rnn.through_time.recurrence import Single


def test_records_of_several_lengths_are_put_in_order():
    """Longest first, their states with them, and what is padding is zero."""
    cell = Vanilla(1, 2)
    params = cell.weights(np.ones((2, 1)), np.ones((2, 2)), np.ones(2))
    xs, h0 = np.arange(1.0, 7).reshape(3, 2, 1), np.arange(6.0).reshape(3, 2)
    call = checked_call(Single(cell), params, xs, h0, [1, 2, 1])
    assert call.xs[:, :, 0].tolist() == [[3, 4], [1, 0], [5, 0]]
    assert call.state[0].tolist() == [[2, 3], [0, 1], [4, 5]]
    assert call.inputs.active == [3, 1]
    assert xs.all()
