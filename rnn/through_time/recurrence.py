"""Recurrences: what a cell and several of them at once have in common, a forward over a tape and a backward.

A network and a layer know a recurrence and no cell. It reads inputs (N, T, D) from a state of one array or
more, and puts out (T, N, H); going back, it takes the cotangents of what it put out, and of its last state,
and gives those of everything that it read. ``Single`` is one cell, ``rnn.Stack`` several, each over the
outputs of the one below, ``rnn.Bidirectional`` one in both directions.

Its parameters, its state and its carry are those of its cells, one cell after another. The backward goes
along the sweeps of a ``Segment`` (``rnn.through_time.routes``).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Generic, NamedTuple

import numpy as np

from rnn.cells.cell import Arrays, Cell, check_cell, with_listed_views
from rnn.common.arrays import Array, zeros
from rnn.common.checks import keep, kind_of
from rnn.common.parameters import Own, OwnWeights
from rnn.through_time.bptt import MAX_CARRY_BYTES, Loops, bptt, unroll
from rnn.through_time.naming import blocks
from rnn.through_time.routes import Segment


class Finals(NamedTuple):
    """The cotangents (N, H) of the last state's arrays, and the ``last`` step of all records or of each."""

    arrays: Arrays
    last: int | Array

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


def after_zeros(array: Array, steps: int) -> Array:
    """What there is of some steps, behind zeros of so many steps before them."""
    return np.concatenate((zeros((steps, *array.shape[1:]), array), array)) if steps else array


class Inputs(NamedTuple):
    """What is read: ``xs`` (N, T, D), of whose records step t has the first ``active[t]``, or all where None.

    ``masks``, of a stack: what each of its levels but the one on top hands up is multiplied by, (N, T, ·);
    none where it is handed up as it is.
    """

    xs: Array
    active: Sequence[int] | None = None
    masks: Arrays = ()

    def part(self, start: int, stop: int) -> "Inputs":
        """What is read at the steps start ≤ t < stop."""
        if stop - start == self.xs.shape[1]:
            return self
        return Inputs(
            self.xs[:, start:stop],
            None if self.active is None else self.active[start:stop],
            tuple(mask[:, start:stop] for mask in self.masks),
        )


class Recurrence(ABC, Generic[Own, OwnWeights]):
    """What goes over a sequence and back.

    It has ``inputs`` D, and ``units`` H, the width of what it puts out; ``cells``, every one in the order of
    its weights; ``state``, the names of the state's arrays, with the ``widths`` of each; ``weights``,
    ``params`` and ``shapes`` as a ``Cell``. ``two_way``: does a part of it read from the last step to the
    first? ``hands_down_both_ways``: is there such a part below another level, or over one? ``whole_alone``:
    is no truncation of it defined but ``Full()``, and ``whole_in_levels``: is none of a stack that it is in?
    ``handed_up``: the widths of what each level but the one on top hands up. ``name`` is what a message calls
    it, ``layout`` its cells and their units: what a tape is made for, beside its inputs.
    """

    inputs: int
    units: int
    cells: tuple[Cell, ...]
    state: tuple[str, ...]
    widths: tuple[int, ...]
    weights: type[OwnWeights]
    params: type[Own]
    shapes: Mapping[str, tuple[int, ...]]
    two_way: bool = False
    hands_down_both_ways: bool = False
    whole_alone: bool = False
    whole_in_levels: bool = False
    handed_up: tuple[int, ...] = ()
    name: str
    layout: str

    @abstractmethod
    def init(self, rng: np.random.Generator) -> Arrays:
        """As in ``Cell``."""

    @abstractmethod
    def replaced(self, change: "Callable[[Single], Recurrence]") -> "Recurrence":
        """The same, of whose cells each is what ``change`` makes of it."""

    @abstractmethod
    def kept_tape(self, records: int, steps: int, dtype: np.dtype[Any]) -> Any:
        """A tape for one forward after another, whose views are made once."""

    @abstractmethod
    def unroll(self, params: Any, inputs: Inputs, state: Arrays, tape: Any, loops: Loops) -> Any:
        """The tape of a forward, as of ``rnn.through_time.bptt.unroll``.

        ``params`` are the weights, or those and a readout's.
        """

    @abstractmethod
    def outputs(self, tape: Any) -> Array:
        """What it puts out after each step, (T, N, H)."""

    @abstractmethod
    def states(self, tape: Any) -> Arrays:
        """The state's arrays before and after each step, (T + 1, N, ·) each."""

    @abstractmethod
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

    def back_from_outputs(
        self, params: Any, tape: Any, do: Array, segment: Segment, loops: Loops
    ) -> tuple[Arrays, Array] | None:
        """As in ``Loops``, where it is one cell."""
        return None


@dataclass(frozen=True)
class Single(Recurrence[Any, Any]):
    """One cell."""

    cell: Cell

    def __post_init__(self) -> None:
        own, name = self.cell, kind_of(self.cell)
        keep(self, inputs=own.inputs, units=own.units, cells=(own,), state=own.state)
        keep(self, widths=(own.units,) * len(own.state))
        keep(self, weights=own.weights, params=own.params, shapes=own.shapes)
        keep(self, name=name, layout=f"{own.units} units of {name}")

    def init(self, rng: np.random.Generator) -> Arrays:
        """As in ``Recurrence``: the cell's."""
        return self.cell.init(rng)

    def replaced(self, change: "Callable[[Single], Recurrence]") -> Recurrence:
        """As in ``Recurrence``."""
        return change(self)

    def kept_tape(self, records: int, steps: int, dtype: np.dtype[Any]) -> Any:
        """As in ``Recurrence``."""
        return with_listed_views(self.cell.tape(records, steps, dtype))

    def unroll(self, params: Any, inputs: Inputs, state: Arrays, tape: Any, loops: Loops) -> Any:
        """As in ``Recurrence``."""
        return unroll(self.cell, params, inputs.xs, state, tape, inputs.active, loops)

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

    def back_from_outputs(
        self, params: Any, tape: Any, do: Array, segment: Segment, loops: Loops
    ) -> tuple[Arrays, Array] | None:
        """As in ``Recurrence``."""
        return loops.back_from_outputs(self.cell, params, tape, do, segment)


class Several(Recurrence[Any, Any]):
    """Recurrences as one: its parameters and its state are theirs, one part's after another's."""

    _parts: tuple[Recurrence, ...]
    _own_weights: tuple[slice, ...]
    _own_state: tuple[slice, ...]

    def _of(self, parts: Sequence[Recurrence], named: Callable[[str, int], str]) -> None:
        """Made of these, where the part at a place has its own names ``named`` by it."""
        shapes = {
            named(name, place): shape
            for place, each in enumerate(parts)
            for name, shape in each.shapes.items()
        }
        weights, params = blocks(kind_of(self), tuple(shapes))
        keep(
            self,
            _parts=tuple(parts),
            _own_weights=tuple(shares(len(each.shapes) for each in parts)),
            _own_state=tuple(shares(len(each.state) for each in parts)),
            cells=tuple(cell for each in parts for cell in each.cells),
            state=tuple(named(name, place) for place, each in enumerate(parts) for name in each.state),
            widths=tuple(width for each in parts for width in each.widths),
            weights=weights,
            params=params,
            shapes=shapes,
        )

    def replaced(self, change: Callable[[Single], Recurrence]) -> Recurrence:
        """As in ``Recurrence``."""
        other = copy(self)
        keep(other, _parts=tuple(part.replaced(change) for part in self._parts))
        return other

    def init(self, rng: np.random.Generator) -> Arrays:
        """New weights, of one part after another."""
        made: Arrays = self.weights._make(block for each in self._parts for block in each.init(rng))
        return made

    def states(self, tape: Any) -> Arrays:
        """As in ``Recurrence``."""
        each = zip(self._parts, tape.parts, strict=True)
        return tuple(array for part, own in each for array in part.states(own))

    def _unrolled(
        self, place: int, params: Any, inputs: Inputs, state: Arrays, tape: Any, loops: Loops
    ) -> Any:
        """The tape of one part, from what it reads and what all have."""
        part, given = self._parts[place], None if tape is None else tape.parts[place]
        return part.unroll(
            self._weights_of(place, params), inputs, state[self._own_state[place]], given, loops
        )

    def _part_back(
        self,
        place: int,
        params: Any,
        tape: Any,
        dhs: Array,
        finals: Finals | None,
        segment: Segment,
        carry: Arrays,
        loops: Loops,
    ) -> Back:
        """One part back, from the cotangents of what it put out and what all have."""
        part, weights, own = self._parts[place], self._weights_of(place, params), self._own_state[place]
        last = None if finals is None else Finals(finals.arrays[own], finals.last)
        return part.back(weights, tape.parts[place], dhs, last, segment, carry[own], loops)

    def _weights_of(self, place: int, params: Any) -> Any:
        """A part's own weights."""
        return self._parts[place].weights._make(params[self._own_weights[place]])


def recurrence(name: str, cell: Any) -> Recurrence:
    """A cell, or several that are one recurrence already, by an argument's name.

    Raises as ``check_cell`` for what is neither.
    """
    if isinstance(cell, Recurrence):
        return cell
    check_cell(name, cell)
    return Single(cell)


def last_state(own: Recurrence, tape: Any) -> Arrays:
    """A copy of the state after the last step."""
    return tuple(array[-1].copy() for array in own.states(tape))


def sweeps_at_once(state: Arrays) -> int:
    """How many sweeps may travel as a batch, each with a carry of the size of a state's arrays."""
    return max(1, MAX_CARRY_BYTES // max([array.nbytes for array in state]))


def shares(counts: Iterable[int]) -> list[slice]:
    """Of what several have one after another, so many each, where the share of each lies."""
    return [slice(*ends) for ends in pairwise(accumulate(counts, initial=0))]
