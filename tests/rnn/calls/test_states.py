"""Initial states: given as arrays, as a tuple, or as None."""

import re

import numpy as np
import pytest

from rnn import GRU, LSTM, RNN, Vanilla
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


FULL = np.ones((3, 2), np.float32)


@pytest.mark.parametrize(
    ("cell", "given", "error", "message"),
    [
        (LSTM(1, 2), FULL, TypeError, "h0: ndarray, needed (h0, c0), the state of LSTM"),
        (LSTM(1, 2), [FULL, FULL], TypeError, "h0: list, needed (h0, c0), the state of LSTM"),
        (LSTM(1, 2), (FULL,), TypeError, "h0: tuple of 1, needed (h0, c0), the state of LSTM"),
        (LSTM(1, 2), (FULL, FULL[:2]), ValueError, "c0: shape (2, 2), needed (3, 2)"),
        (LSTM(1, 2), (FULL, None), TypeError, "c0: dtype object, needed float32"),
        (GRU(1, 2), (FULL, FULL), TypeError, "h0: tuple of 2, needed (h0,), the state of GRU"),
        (
            GRU(1, 2),
            FULL.astype(float),
            TypeError,
            "h0: dtype float64, needed float32 as the input weights have",
        ),
        (Vanilla(1, 2), FULL[0], ValueError, "h0: shape (2,), needed (3, 2)"),
        (Vanilla(1, 2), (FULL * np.nan,), ValueError, "h0: nan at (0, 0), needed finite numbers"),
    ],
)
def test_the_state_of_another_cell_is_refused(cell, given, error, message):
    """Or of another number of arrays, of other shapes and types, before any work."""
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        checked_state(Single(cell), "h0", given, XS)
    net = RNN(cell, outputs=1)
    params = net.init(np.random.default_rng(0), np.float32)
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        net.predict(params, XS, given)
