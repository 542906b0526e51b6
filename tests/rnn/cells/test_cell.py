"""What every cell shares: the layout of the tape."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from rnn.cells.cell import Weights, lay_out, tape_for
from rnn.cells.vanilla import Vanilla

NUMBERS = [np.float32, np.float64, np.longdouble, np.vectorize(Fraction, otypes=[object])]


def test_weights_are_in_the_order_of_the_textbook():
    """A set of weights unpacks as U, W, b, the order in which ``Params`` begins too."""
    assert Weights._fields == ("U", "W", "b")


def tape_of(xs, h0, weights=None):
    """The tape of a vanilla cell, with all in place that no step makes."""
    cell = Vanilla(xs.shape[2], h0.shape[1])
    tape = tape_for(cell, *xs.shape[:2], xs.dtype)
    lay_out(tape, weights or weights_for(cell), xs, h0)
    return tape


def weights_for(cell):
    """Weights whose entries are all different."""
    entries = np.arange(1, cell.units * (cell.inputs + cell.units + 1) + 1)
    M = entries.reshape(cell.units, -1)
    return Weights(U=M[:, : cell.inputs].copy(), W=M[:, cell.inputs : -1].copy(), b=M[:, -1].copy())


@pytest.mark.parametrize("number", NUMBERS)
def test_rows_hold_state_input_and_one(number):
    """Row t of record n is [h_t, x_t, 1]: xs go time-major, h0 stands first, and later states are owed."""
    xs, h0 = number(np.arange(12).reshape(2, 3, 2)), number([[20, 21, 22], [23, 24, 25]])
    rows = tape_of(xs, h0).rows
    assert rows.shape == (4, 2, 3 + 2 + 1)
    assert rows.dtype == xs.dtype
    assert rows[0].tolist() == [[20, 21, 22, 0, 1, 1], [23, 24, 25, 6, 7, 1]]
    assert rows[1, :, 3:].tolist() == [[2, 3, 1], [8, 9, 1]]
    assert rows[2, :, 3:].tolist() == [[4, 5, 1], [10, 11, 1]]


def test_the_row_after_the_last_step_is_defined(monkeypatch):
    """No step reads the last row's input and one, but they are no chance bits that could hold a NaN."""
    monkeypatch.setattr(np, "empty", lambda shape, dtype: np.full(shape, np.nan, dtype))
    rows = tape_of(np.full((1, 3, 2), 9.0), np.zeros((1, 3))).rows
    assert rows[-1, 0, 3:].tolist() == [0, 0, 1]
    assert rows[:-1, 0, 3:].tolist() == [[9, 9, 1]] * 3


def test_a_tape_is_a_copy():
    """Writing on it reaches neither xs, h0 nor the weights, which may be read-only."""
    xs, h0, weights = np.ones((2, 3, 1)), np.ones((2, 2)), weights_for(Vanilla(1, 2))
    arrays = (xs, h0, *weights)
    before = [array.tolist() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    tape = tape_of(xs, h0, weights)
    tape.rows[...], tape.M[...] = 5, 6
    assert [array.tolist() for array in arrays] == before


@pytest.mark.parametrize("gates", [1, 4])
def test_a_tape_has_room_for_every_gate(gates):
    """The room is (T, N, G), M (H + D + 1, G), a (N, G), of one kind of number, and apart from each other."""
    cell = SimpleNamespace(inputs=1, units=5, gates=gates)
    tape = tape_for(cell, 2, 3, np.dtype(np.float32))
    assert tape.room.shape == (3, 2, gates * 5)
    assert tape.M.shape == (5 + 1 + 1, gates * 5)
    assert tape.a.shape == (2, gates * 5)
    arrays = (tape.room, tape.rows, tape.M, tape.a)
    for number, array in enumerate(arrays):
        assert array.dtype == np.float32
        array[...] = number
    assert [np.unique(array).tolist() for array in arrays] == [[0], [1], [2], [3]]


def test_m_holds_the_weights():
    """M is [W U b]ᵀ, so that [h, x, 1] M = W h + U x + b, from weights in any order of memory."""
    weights = weights_for(Vanilla(2, 3))
    strided = Weights(*(np.asfortranarray(block) for block in weights))
    for given in (weights, strided):
        M = tape_of(np.ones((1, 1, 2)), np.ones((1, 3)), given).M
        assert M.flags.c_contiguous
        assert M[:3].tolist() == weights.W.T.tolist()
        assert M[3:5].tolist() == weights.U.T.tolist()
        assert M[5].tolist() == weights.b.tolist()


def test_a_tape_can_be_gone_through_by_step():
    """Row t, the state after it, and its room, T of each, all views."""
    tape = tape_of(np.ones((2, 3, 1)), np.ones((2, 2)))
    for t, (row, h, room) in enumerate(zip(*tape.by_step, strict=True)):
        row[...], h[...], room[...] = 10 * t, 10 * t + 1, 10 * t + 2
    assert tape.rows[:-1, :, 2:].tolist() == [[[10 * t] * 2] * 2 for t in range(3)]
    assert tape.states.tolist() == [[[0] * 2] * 2, [[10] * 2] * 2, [[20] * 2] * 2, [[21] * 2] * 2]
    assert tape.room.tolist() == [[[10 * t + 2] * 2] * 2 for t in range(3)]


def test_a_tape_shows_its_states():
    """T steps lead through T + 1 states, which are a view of the rows' first columns; the last is a copy."""
    tape = tape_of(np.ones((1, 3, 1)), np.array([[8.0, 9.0]]))
    assert tape.steps == 3
    assert tape.states.shape == (4, 1, 2)
    assert tape.states[0].tolist() == [[8, 9]]
    tape.states[1:] = -1, -2
    assert tape.rows[:, 0].tolist() == [[8, 9, 1, 1], [-1, -2, 1, 1], [-1, -2, 1, 1], [-1, -2, 0, 1]]
    (last,) = tape.last
    assert last.tolist() == [[-1, -2]]
    assert not np.shares_memory(last, tape.rows)


def test_the_last_state_has_all_its_arrays():
    """Where a state is several arrays, so is the last one, and each is a copy."""
    memory = np.arange(8.0).reshape(2, 2, 2)
    tape = tape_of(np.ones((2, 1, 1)), np.zeros((2, 1)))._replace(memories=(memory,))
    tape.states[-1] = [[3], [4]]
    last_h, last_memory = tape.last
    assert last_h.tolist() == [[3], [4]]
    assert last_memory.tolist() == [[4, 5], [6, 7]]
    assert not np.shares_memory(last_memory, memory)
