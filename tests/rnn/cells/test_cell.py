"""What every cell shares: tapes, their views, and the check of the protocol."""

from fractions import Fraction

import numpy as np
import pytest

from rnn import GRU, LSTM, Vanilla, identity
from rnn.cells.cell import (
    carved,
    matrix_and_product,
    stretches,
    with_listed_views,
)

NUMBERS = [np.float32, np.float64, np.longdouble, np.vectorize(Fraction, otypes=[object])]
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


@every_cell
@pytest.mark.parametrize("number", NUMBERS)
def test_a_tape_begins_with_the_state(cell, number):
    """T steps lead through T + 1 states, the first the given one, of each of the state's arrays."""
    xs = number(np.arange(12).reshape(2, 3, 2))
    state = state_of(cell, 2, number)
    tape = projected(cell, xs, state, number)
    assert [array.shape for array in tape.state] == [(4, 2, 3)] * len(cell.state)
    for array, given in zip(tape.state, state, strict=True):
        assert array.dtype == xs.dtype
        assert array[0].tolist() == given.tolist()


@every_cell
def test_what_no_step_writes_is_defined(cell, monkeypatch):
    """No step reads the last row's input and one, but they are no chance bits that could hold a NaN."""
    monkeypatch.setattr(np, "empty", lambda shape, dtype: np.full(shape, np.nan, dtype))
    tape = projected(cell, np.full((1, 3, 2), 9.0), state_of(cell, 1))
    assert np.isfinite(tape.rows[-1, :, cell.units :]).all()
    assert tape.rows[:, :, -1].tolist() == [[1]] * 4 or tape.rows[:-1, :, -1].tolist() == [[1]] * 3


@every_cell
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble, object])
def test_arrays_of_a_tape_are_apart(cell, dtype):
    """What steps keep, and where the backward writes, share no memory, and are of one kind of number."""
    tape = cell.tape(2, 3, np.dtype(dtype))
    arrays = (*tape.kept, tape.da_buffer, tape.M)
    for number, array in enumerate(arrays):
        assert array.dtype == dtype
        array[...] = number
    assert [np.unique(array).tolist() for array in arrays] == [[n] for n in range(len(arrays))]


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


@every_cell
def test_stretches_are_of_the_records_that_go_on(cell):
    """Steps with as many records are one stretch, whose views have so many rows."""
    tape = with_listed_views(cell.tape(3, 4, np.dtype(float)))
    found = list(stretches(tape, [3, 3, 1, 1]))
    assert [(len(each.views.rows), len(each.views.rows[0])) for each in found] == [(2, 3), (2, 1)]
    assert [len(view) for each in found for view in each.views.hs] == [3, 3, 1, 1]
    assert np.shares_memory(found[1].views.rows[0], tape.rows[2])


def test_carved_arrays_lie_in_one_block():
    """Of the shapes that were asked for, one after the other, and apart."""
    one, two = carved(np.dtype(np.float32), (2, 3), (4,))
    assert (one.shape, two.shape, one.dtype) == ((2, 3), (4,), np.float32)
    assert one.base is two.base
    assert not np.shares_memory(one, two)


@pytest.mark.parametrize("width", [101, 102])
def test_products_begin_with_a_cache_line(width):
    """Wherever M does, whose rows are whole lines and a half here, be their number odd or even."""
    for _ in range(20):
        M, a = matrix_and_product(width, 100, 1, np.dtype(float))
        assert (M.shape, a.shape) == ((width, 100), (1, 100))
        assert (M.ctypes.data % 64, a.ctypes.data % 64) == (0, 0)
        assert not np.shares_memory(M, a)
