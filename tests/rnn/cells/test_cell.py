"""What every cell shares: tapes, their views, and the check of the protocol."""

import numpy as np
import pytest

from rnn import GRU, LSTM, Vanilla, identity

CELLS = [Vanilla(2, 3, identity), LSTM(2, 3, identity, identity, identity), GRU(2, 3, identity, identity)]

every_cell = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)


def projected(cell, records):
    """The weights, a tape before the first of three steps, and what it is of."""
    rng = np.random.default_rng(0)
    xs, state = rng.normal(size=(records, 3, 2)), tuple(rng.normal(size=(records, 3)) for _ in cell.state)
    weights, tape = cell.init(rng), cell.tape(records, 3, xs.dtype)
    cell.project(weights, tape, xs, state)
    return weights, tape, xs, state


@pytest.mark.parametrize("kind", [Vanilla, LSTM, GRU])
def test_sizes_are_ints(kind):
    """Whatever integers were given: what is stored and compared has one type."""
    cell = kind(np.int64(2), np.int32(3))
    assert (type(cell.inputs), type(cell.units), cell) == (int, int, kind(2, 3))


@every_cell
def test_what_no_step_writes_is_defined(cell, monkeypatch):
    """No step reads the last row's input and one, but they are no chance bits that could hold a NaN."""
    monkeypatch.setattr(np, "empty", lambda shape, dtype=float: np.full(shape, np.nan, dtype))
    _, tape, *_ = projected(cell, 1)
    assert np.isfinite(tape.rows[-1, :, cell.units :]).all()
    assert tape.rows[:, :, -1].tolist() == [[1]] * 4 or tape.rows[:-1, :, -1].tolist() == [[1]] * 3


@every_cell
def test_the_forward_keeps_what_it_says(cell):
    """Every array that a forward writes is among ``kept``, so that clearing those clears all of it."""
    weights, tape, xs, state = projected(cell, 2)
    for array in tape.kept:
        array[...] = np.nan
    cell.project(weights, tape, xs, state)
    cell.forward(tape)
    for array in tape.kept:
        assert np.isfinite(array).all()
