"""A workspace: the arrays of a call, kept for the next one of the same shape.

Training asks for gradients of one shape again and again. What a call allocates before it computes, the tape
with its views of every step, can be allocated once for all of them. A call in a workspace writes every entry
that it reads, so nothing of an earlier call reaches it, and what it returns lies elsewhere, so no later call
reaches that.

It holds a tape between two calls. One call at a time: two threads need two workspaces, and the second call in
one is refused. What it holds means nothing between two calls, so a copy, deep or not, and what is unpickled
are new ones of the same size.
"""

from dataclasses import dataclass, field
from threading import Lock
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from rnn.cells.cell import Cell
from rnn.common.arrays import FLOATS, FRACTIONS
from rnn.common.checks import checked_count, checked_dtype, in_memory, keep
from rnn.common.representation import as_call
from rnn.through_time.recurrence import Recurrence, recurrence


class Size(NamedTuple):
    """What calls a workspace is for: of xs so large, (N, T, D), such numbers, and so many units of cells."""

    xs: tuple[int, ...]
    dtype: np.dtype[Any]
    layout: str
    cells: tuple[type[Cell], ...]

    @classmethod
    def of(cls, own: Recurrence, xs: tuple[int, ...], dtype: np.dtype[Any]) -> "Size":
        """That of calls of a recurrence."""
        return cls(xs, dtype, own.layout, tuple(map(type, own.cells)))

    def __str__(self) -> str:
        return f"xs {self.xs} of {self.dtype} and {self.layout}"


@dataclass(frozen=True, eq=False)
class Workspace:
    """Memory for a cell's calls with N records and T steps, as ``RNN.workspace`` makes it.

    ``with workspace as tape`` takes its tape for one call. It raises RuntimeError while another call has it,
    in another thread or around this one; and permanently in a process that was forked while another thread
    had it.

    Raises TypeError or ValueError for anything but a cell, a count below 1 or a number type that the engine
    does not take, MemoryError for a workspace that is too large.
    """

    cell: Cell | Recurrence
    records: int
    steps: int
    dtype: DTypeLike = np.float64
    size: Size = field(init=False, repr=False)
    tape: Any = field(init=False, repr=False)
    _in_use: Lock = field(init=False, repr=False)

    def __post_init__(self) -> None:
        own = recurrence("cell", self.cell)
        records, steps = checked_count("records", self.records, 1), checked_count("steps", self.steps, 1)
        needed = "float32, float64, longdouble, or object for Fractions"
        dtype = checked_dtype(self.dtype, (*FLOATS, FRACTIONS), needed)
        size = Size.of(own, (records, steps, own.inputs), dtype)
        with in_memory(f"records and steps: {records} and {steps}", "fewer"):
            tape = own.kept_tape(records, steps, dtype)
        keep(self, records=records, steps=steps, dtype=dtype, size=size, tape=tape, _in_use=Lock())

    __repr__ = as_call

    def __enter__(self) -> Any:
        if not self._in_use.acquire(blocking=False):
            raise RuntimeError("workspace: in use by another call, needed one of its own for each thread")
        return self.tape

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._in_use.release()

    def __reduce__(self) -> tuple[type["Workspace"], tuple[object, ...]]:
        """How it is copied and pickled: as a call that makes another one."""
        return type(self), (self.cell, self.records, self.steps, self.dtype)
