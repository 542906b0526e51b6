"""Recurrences: what a cell and several of them at once have in common, a forward over a tape and a backward.

A network and a layer know a recurrence and no cell. It reads inputs (N, T, D) from a state of one array or
more, and puts out (T, N, H); going back, it takes the cotangents of what it put out, and of its last state,
and gives those of everything that it read. ``Single`` is one cell, ``rnn.Stack`` several, each over the
outputs of the one below, ``rnn.Bidirectional`` one in both directions.

Its parameters, its state and its carry are those of its cells, one cell after another. The backward goes
along the sweeps of a ``Segment`` (``rnn.through_time.routes``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, Protocol

import numpy as np

from rnn.cells.cell import METHODS as OF_A_CELL
from rnn.cells.cell import Arrays, Cell, check_cell, with_listed_views
from rnn.common.arrays import Array, zeros
from rnn.common.checks import kind_of, offers
from rnn.common.parameters import Own, OwnWeights
from rnn.through_time.bptt import MAX_CARRY_BYTES, Loops, bptt, unroll
from rnn.through_time.routes import Segment


class Finals(NamedTuple):
    """The cotangents (N, H) of the last state's arrays, and the ``last`` step of all records or of each."""

    arrays: Arrays
    last: int | Array

    @property
    def halves(self) -> tuple["Finals", "Finals"]:
        """Those of the first half of the arrays, and of the second."""
        half = len(self.arrays) // 2
        return Finals(self.arrays[:half], self.last), Finals(self.arrays[half:], self.last)

    def beside(self, dhs: Array, steps: int, losses: Array | None) -> Arrays:
        """The cotangents by step of each of the state's arrays, from those of h, ``dhs`` of the last few.

        ``losses`` (T,): the steps whose last states are meant, None for all of them.
        """
        records = np.arange(dhs.shape[1])
        last = np.broadcast_to(np.asarray(self.last), records.shape)
        if losses is not None:
            records = np.flatnonzero(losses[last])
            last = last[records]
        found = (dhs.copy(), *(zeros(dhs.shape, dhs) for _ in self.arrays[1:]))
        for by_step, final in zip(found, self.arrays, strict=True):
            by_step[last - (steps - len(dhs)), records] += final[records]
        return found


class Back(NamedTuple):
    """What comes of going back: cotangents, and the carry that leaves the segment, () where none does.

    They are those of the weights, of the inputs (steps, N, D) from step ``first`` on, and of the initial
    state's arrays.
    """

    weights: Arrays
    dxs: Array
    first: int
    state: Arrays
    carry: Arrays


class Recurrence(Protocol[Own, OwnWeights]):
    """What goes over a sequence and back."""

    @property
    def inputs(self) -> int:
        """D."""
        ...  # pragma: no cover

    @property
    def units(self) -> int:
        """H, the width of what it puts out."""
        ...  # pragma: no cover

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell, in the order of its weights."""
        ...  # pragma: no cover

    @property
    def state(self) -> tuple[str, ...]:
        """The names of the state's arrays."""
        ...  # pragma: no cover

    @property
    def widths(self) -> tuple[int, ...]:
        """The width of each of the state's arrays."""
        ...  # pragma: no cover

    @property
    def weights(self) -> type[OwnWeights]:
        """As in ``Cell``."""
        ...  # pragma: no cover

    @property
    def params(self) -> type[Own]:
        """As in ``Cell``."""
        ...  # pragma: no cover

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """As in ``Cell``."""
        ...  # pragma: no cover

    @property
    def two_way(self) -> bool:
        """Does a part of it read from the last step to the first?"""
        ...  # pragma: no cover

    @property
    def hands_down_both_ways(self) -> bool:
        """Is there such a part below another level, or over one?"""
        ...  # pragma: no cover

    @property
    def name(self) -> str:
        """What a message calls it."""
        ...  # pragma: no cover

    @property
    def layout(self) -> str:
        """Its cells and their units: what a tape is made for, beside its inputs."""
        ...  # pragma: no cover

    def init(self, rng: np.random.Generator) -> Arrays:
        """As in ``Cell``."""
        ...  # pragma: no cover

    def kept_tape(self, records: int, steps: int, dtype: np.dtype[Any]) -> Any:
        """A tape for one forward after another, whose views are made once."""
        ...  # pragma: no cover

    def unroll(
        self,
        params: Any,
        xs: Array,
        state: Arrays,
        tape: Any,
        active: Sequence[int] | None,
        loops: Loops,
    ) -> Any:
        """The tape of a forward, as of ``rnn.through_time.bptt.unroll``.

        ``params`` are the weights, or those and a readout's.
        """
        ...  # pragma: no cover

    def outputs(self, tape: Any) -> Array:
        """What it puts out after each step, (T, N, H)."""
        ...  # pragma: no cover

    def states(self, tape: Any) -> Arrays:
        """The state's arrays before and after each step, (T + 1, N, ·) each."""
        ...  # pragma: no cover

    def back(
        self,
        params: Any,
        tape: Any,
        dhs: Array,
        finals: Finals | None,
        segment: Segment,
        carry: Arrays,
        loops: Loops,
    ) -> Back:
        """A segment back, from the tape of its steps and the cotangents ``dhs`` of its outputs by loss.

        ``finals``, of a segment that is the whole sequence. ``carry``: what left the segment after it.
        """
        ...  # pragma: no cover


@dataclass(frozen=True)
class Single:
    """One cell."""

    cell: Cell

    @property
    def inputs(self) -> int:
        """As in ``Recurrence``."""
        return self.cell.inputs

    @property
    def units(self) -> int:
        """As in ``Recurrence``."""
        return self.cell.units

    @property
    def cells(self) -> tuple[Cell, ...]:
        """As in ``Recurrence``."""
        return (self.cell,)

    @property
    def state(self) -> tuple[str, ...]:
        """As in ``Recurrence``: the cell's."""
        return self.cell.state

    @property
    def widths(self) -> tuple[int, ...]:
        """As in ``Recurrence``."""
        return (self.cell.units,) * len(self.cell.state)

    @property
    def weights(self) -> Any:
        """As in ``Recurrence``: the cell's."""
        return self.cell.weights

    @property
    def params(self) -> Any:
        """As in ``Recurrence``: the cell's."""
        return self.cell.params

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """As in ``Recurrence``: the cell's."""
        return self.cell.shapes

    @property
    def two_way(self) -> bool:
        """As in ``Recurrence``."""
        return False

    @property
    def hands_down_both_ways(self) -> bool:
        """As in ``Recurrence``."""
        return False

    @property
    def name(self) -> str:
        """As in ``Recurrence``."""
        return kind_of(self.cell)

    @property
    def layout(self) -> str:
        """As in ``Recurrence``."""
        return f"{self.cell.units} units of {self.name}"

    def init(self, rng: np.random.Generator) -> Arrays:
        """As in ``Recurrence``: the cell's."""
        return self.cell.init(rng)

    def kept_tape(self, records: int, steps: int, dtype: np.dtype[Any]) -> Any:
        """As in ``Recurrence``."""
        return with_listed_views(self.cell.tape(records, steps, dtype))

    def unroll(
        self,
        params: Any,
        xs: Array,
        state: Arrays,
        tape: Any,
        active: Sequence[int] | None,
        loops: Loops,
    ) -> Any:
        """As in ``Recurrence``."""
        return unroll(self.cell, params, xs, state, tape, active, loops)

    def outputs(self, tape: Any) -> Array:
        """As in ``Recurrence``: h of the states that steps produce."""
        hs: Array = tape.state[0][1:]
        return hs

    def states(self, tape: Any) -> Arrays:
        """As in ``Recurrence``: the tape's."""
        arrays: Arrays = tape.state
        return arrays

    def back(
        self,
        params: Any,
        tape: Any,
        dhs: Array,
        finals: Finals | None,
        segment: Segment,
        carry: Arrays,
        loops: Loops,
    ) -> Back:
        """As in ``Recurrence``: every da, and from those all that is linear in them."""
        cotangents = (dhs,) if finals is None else finals.beside(dhs, segment.stop, segment.losses)
        das, dstate, leaving = bptt(self.cell, params, tape, cotangents, segment, carry, loops)
        first = segment.first - segment.start
        weights, dxs = loops.project_back(self.cell, params, tape, das, first)
        return Back(weights, dxs, segment.first, dstate, leaving)


# What ``Recurrence`` asks for, beside what ``Cell`` has as well.
METHODS = ("init", "kept_tape", "unroll", "outputs", "states", "back")


def recurrence(name: str, cell: Any) -> Recurrence:
    """A cell, or several that are one recurrence already, by an argument's name.

    Raises as ``check_cell`` for what is neither.
    """
    if offers(cell, *METHODS) and not offers(cell, *OF_A_CELL):
        made: Recurrence = cell
        return made
    check_cell(name, cell)
    return Single(cell)


def last_state(own: Recurrence, tape: Any) -> Arrays:
    """A copy of the state after the last step."""
    return tuple(array[-1].copy() for array in own.states(tape))


def sweeps_at_once(state: Arrays) -> int:
    """How many sweeps may travel as a batch, each with a carry of the size of a state's arrays."""
    return max(1, MAX_CARRY_BYTES // max(array.nbytes for array in state))


def shares(counts: Iterable[int]) -> list[slice]:
    """Of what several have one after another, so many each, where the share of each lies."""
    return [slice(*ends) for ends in pairwise(accumulate(counts, initial=0))]
