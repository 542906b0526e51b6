"""Initial states: given as arrays, as a tuple, or as None."""

import numpy as np
import pytest

from rnn import GRU, LSTM, Vanilla
from rnn.calls.states import checked_state
from rnn.through_time.recurrence import Single

XS = np.ones((3, 2, 1), np.float32)


@pytest.mark.parametrize("cell", [Vanilla(1, 2), LSTM(1, 2), GRU(1, 2)], ids=lambda cell: type(cell).__name__)
def test_none_is_zeros(cell):
    """As many arrays as the state has, of the inputs' kind."""
    found = checked_state(Single(cell), "h0", None, XS)
    assert [(array.shape, array.dtype, array.any()) for array in found] == [
        ((3, 2), np.float32, False) for _ in cell.state
    ]


def test_an_array_stands_for_a_state_of_one():
    """Which may be a tuple of it, too."""
    h0 = np.ones((3, 2), np.float32)
    assert checked_state(Single(Vanilla(1, 2)), "h0", h0, XS)[0] is h0
    assert checked_state(Single(Vanilla(1, 2)), "h0", (h0,), XS)[0] is h0
