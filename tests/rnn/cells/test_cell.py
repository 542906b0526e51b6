"""What every cell shares: the layout of the tape."""

from fractions import Fraction

import numpy as np
import pytest

from rnn.cells.cell import Weights, tape_of

NUMBERS = [np.float32, np.float64, np.longdouble, np.vectorize(Fraction, otypes=[object])]


def test_weights_are_in_the_order_of_the_textbook():
    """A set of weights unpacks as U, W, b, the order in which ``Params`` begins too."""
    assert Weights._fields == ("U", "W", "b")


@pytest.mark.parametrize("number", NUMBERS)
def test_rows_hold_state_input_and_one(number):
    """Row t of record n is [h_t, x_t, 1]: xs go time-major, h0 stands first, and later states are owed."""
    xs, h0 = number(np.arange(12).reshape(2, 3, 2)), number([[20, 21, 22], [23, 24, 25]])
    rows = tape_of(xs, h0, gates=1).rows
    assert rows.shape == (4, 2, 3 + 2 + 1)
    assert rows.dtype == xs.dtype
    assert rows[0].tolist() == [[20, 21, 22, 0, 1, 1], [23, 24, 25, 6, 7, 1]]
    assert rows[1, :, 3:].tolist() == [[2, 3, 1], [8, 9, 1]]
    assert rows[2, :, 3:].tolist() == [[4, 5, 1], [10, 11, 1]]


def test_the_row_after_the_last_step_is_defined():
    """No step reads the last row's input and one, but they are no chance bits that could hold a NaN."""
    rows = tape_of(np.full((1, 1, 2), 9.0), np.zeros((1, 3)), gates=1).rows
    assert rows[-1, 0, 3:].tolist() == [0, 0, 1]


def test_a_tape_is_a_copy():
    """Writing a row reaches neither xs nor h0, which may be read-only."""
    xs, h0 = np.ones((2, 3, 1)), np.ones((2, 2))
    xs.flags.writeable = h0.flags.writeable = False
    tape_of(xs, h0, gates=1).rows[...] = 5
    assert (xs == 1).all()
    assert (h0 == 1).all()


@pytest.mark.parametrize("gates", [1, 4])
def test_a_tape_has_room_for_every_gate(gates):
    """The room is (T, N, G), of the same kind of number, and apart from the rows."""
    tape = tape_of(np.ones((2, 3, 1), np.float32), np.ones((2, 5), np.float32), gates)
    assert tape.room.shape == (3, 2, gates * 5)
    assert tape.room.dtype == np.float32
    tape.room[...], tape.rows[...] = 1, 2
    assert (tape.room == 1).all()
    assert (tape.rows == 2).all()


def test_a_tape_shows_its_states():
    """T steps lead through T + 1 states, which are a view of the rows' first columns; the last is a copy."""
    tape = tape_of(np.ones((1, 3, 1)), np.array([[8.0, 9.0]]), gates=1)
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
    tape = tape_of(np.ones((2, 1, 1)), np.zeros((2, 1)), gates=4)._replace(memories=(memory,))
    tape.states[-1] = [[3], [4]]
    last_h, last_memory = tape.last
    assert last_h.tolist() == [[3], [4]]
    assert last_memory.tolist() == [[4, 5], [6, 7]]
    assert not np.shares_memory(last_memory, memory)
