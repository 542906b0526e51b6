"""What every cell shares: tapes, their views, and the check of the protocol."""

import numpy as np
import pytest

from rnn import GRU, LSTM, Vanilla, identity

CELLS = [Vanilla(2, 3, identity), LSTM(2, 3, identity, identity, identity), GRU(2, 3, identity, identity)]

every_cell = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)


def weights_of(cell, number=np.float64):
    """Weights whose entries are all different."""
    found, start = [], 1
    for shape in cell.shapes.values():
        size = int(np.prod(shape))
        found.append(number(np.arange(start, start + size).reshape(shape)))
        start += size
    return cell.weights(*found)


def projected(cell, xs, state, number=np.float64):
    """The tape before the first step."""
    tape = cell.tape(*xs.shape[:2], xs.dtype)
    cell.project(weights_of(cell, number), tape, xs, state)
    return tape


def state_of(cell, records, number=np.float64):
    """A state whose entries are all different, from 20 on."""
    size = records * cell.units
    return tuple(
        number(np.arange(20 + k * size, 20 + (k + 1) * size).reshape(records, cell.units))
        for k in range(len(cell.state))
    )


@pytest.mark.parametrize("kind", [Vanilla, LSTM, GRU])
def test_sizes_are_ints(kind):
    """Whatever integers were given: what is stored and compared has one type."""
    cell = kind(np.int64(2), np.int32(3))
    assert (type(cell.inputs), type(cell.units), cell) == (int, int, kind(2, 3))


@every_cell
def test_what_no_step_writes_is_defined(cell, monkeypatch):
    """No step reads the last row's input and one, but they are no chance bits that could hold a NaN."""
    monkeypatch.setattr(np, "empty", lambda shape, dtype: np.full(shape, np.nan, dtype))
    tape = projected(cell, np.full((1, 3, 2), 9.0), state_of(cell, 1))
    assert np.isfinite(tape.rows[-1, :, cell.units :]).all()
    assert tape.rows[:, :, -1].tolist() == [[1]] * 4 or tape.rows[:-1, :, -1].tolist() == [[1]] * 3


@every_cell
def test_the_forward_keeps_what_it_says(cell):
    """Every array that a forward writes is among ``kept``, so that clearing those clears all of it."""
    xs, state = np.ones((2, 3, 2)), state_of(cell, 2)
    tape = projected(cell, xs, state)
    for array in tape.kept:
        array[...] = np.nan
    cell.project(weights_of(cell), tape, xs, state)
    cell.forward(tape)
    for array in tape.kept:
        assert np.isfinite(array).all()
