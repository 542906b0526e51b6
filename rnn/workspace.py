"""A workspace: the arrays of a call, kept for the next one of the same shape.

Who asks for gradients again and again, as training does, asks for one shape each time. What a call lays out
before it computes, the rows of the tape, the room for [W U b]ᵀ, and a view of every step, can be laid out
once for all of them. A call in a workspace writes every entry that it reads, so nothing of an earlier call
reaches it, and what it returns lies elsewhere, so no later call reaches that.

It holds between two calls what a call holds, for each step and record a row, a slope for each gate, and three
views a step. One call at a time: two threads need two workspaces.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from rnn.cells.cell import ByStep, Cell, Tape


class Size(NamedTuple):
    """What calls a workspace is for: of xs so large, (N, T, D), such numbers, and H units of this cell."""

    xs: tuple[int, ...]
    dtype: np.dtype[Any]
    units: int
    cell: type[Cell]

    def __str__(self) -> str:
        return f"xs {self.xs} of {self.dtype} and {self.units} units of {self.cell.__name__}"


@dataclass(frozen=True, eq=False)
class Workspace:
    """Room for calls of one size; ``RNN.workspace`` makes it."""

    size: Size
    tape: Tape


def size_of(cell: Cell, xs_shape: tuple[int, ...], dtype: np.dtype[Any]) -> Size:
    """The size of a call."""
    return Size(xs_shape, dtype, cell.units, type(cell))


def workspace_for(cell: Cell, records: int, steps: int, dtype: np.dtype[Any]) -> Workspace:
    """A workspace whose tape has a view of every step at hand."""
    tape = cell.tape(records, steps, dtype)
    kept = tape._replace(by_step=ByStep(*map(list, tape.by_step)))
    return Workspace(size_of(cell, (records, steps, cell.inputs), dtype), kept)
