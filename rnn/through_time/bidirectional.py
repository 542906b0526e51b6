"""Both directions: one cell from the first step to the last, another of its kind from the last to the first.

    →h_t+1 = →cell(x_t, →h_t)        ←h_t+1 = ←cell(x_T−1−t, ←h_t)
    what is put out after x_t:  [→h_t+1, ←h_T−t]

and, going back from its cotangent [→dy_t, ←dy_t], each direction by itself in its own time::

    dx_t = →dx_t + ←dx_T−1−t

Where a record ends early the second direction begins at the record's own end, and its steps are counted from
there. It is the other way round alone: the recursion is that of any cell.

Source: Schuster and Paliwal (1997), "Bidirectional recurrent neural networks", with what both put out side by
side, as ``bidirectional`` of ``torch.nn``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from rnn.cells.cell import Arrays, Cell
from rnn.common.arrays import Array, zeros
from rnn.common.checks import keep, shown
from rnn.common.representation import as_call
from rnn.through_time.bptt import Loops
from rnn.through_time.naming import blocks, reverse_named
from rnn.through_time.recurrence import Back, Finals, Recurrence, recurrence
from rnn.through_time.routes import Segment
from rnn.through_time.ways import turned, ways_of


class TwoWayTape(NamedTuple):
    """The tape of either direction, what both put out (T, N, 2H), and the ``lengths`` (N,) or None."""

    ahead: Any
    back: Any
    outputs: Array
    lengths: Array | None


@dataclass(frozen=True)
class Bidirectional:
    """A cell in both directions, each with parameters of its own, to stand where a cell does.

    It puts out h of both after each step, side by side: 2H numbers, so that a readout of step t knows the
    whole sequence. The second direction's parameters and state have ``_reverse`` in their names. In a stack
    the next level has 2H inputs. Checkpoints are refused, and so are, in a stack, lengths under a truncation.

    Raises TypeError for what is no cell, nor a stack of them in one direction.

    >>> from rnn import GRU, RNN
    >>> net = RNN(Bidirectional(GRU(inputs=2, units=3)), outputs=1)
    >>> params = net.init(np.random.default_rng(0))
    >>> params._fields
    ('U', 'W', 'b', 'bn', 'U_reverse', 'W_reverse', 'b_reverse', 'bn_reverse', 'V', 'c')
    >>> params.V.shape, net.predict(params, np.ones((4, 5, 2))).shape
    ((1, 6), (4, 5, 1))
    """

    cell: Any
    weights: Any = field(init=False, repr=False, compare=False)
    params: Any = field(init=False, repr=False, compare=False)
    shapes: Mapping[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)
    state: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _recurrence: Recurrence = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        own = recurrence("Bidirectional.cell", self.cell)
        if own.two_way:
            needed = "a cell, or a stack of cells, in one direction"
            raise TypeError(f"Bidirectional.cell: {shown(self.cell)}, needed {needed}")
        shapes = dict(own.shapes) | {reverse_named(name): shape for name, shape in own.shapes.items()}
        weights, params = blocks("Bidirectional", tuple(shapes))
        keep(self, weights=weights, params=params, shapes=shapes, _recurrence=own)
        keep(self, state=(*own.state, *map(reverse_named, own.state)))

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is copied and pickled: no module holds the classes of its parameters."""
        return Bidirectional, (self.cell,)

    __repr__ = as_call

    @property
    def inputs(self) -> int:
        """D."""
        return self._recurrence.inputs

    @property
    def units(self) -> int:
        """2H, as wide as what it puts out."""
        return 2 * self._recurrence.units

    @property
    def cells(self) -> tuple[Cell, ...]:
        """As in ``Recurrence``."""
        return self._recurrence.cells * 2

    @property
    def widths(self) -> tuple[int, ...]:
        """As in ``Recurrence``."""
        return self._recurrence.widths * 2

    @property
    def two_way(self) -> bool:
        """As in ``Recurrence``."""
        return True

    @property
    def hands_down_both_ways(self) -> bool:
        """As in ``Recurrence``."""
        return False

    @property
    def name(self) -> str:
        """As in ``Recurrence``."""
        return f"Bidirectional({self._recurrence.name})"

    @property
    def layout(self) -> str:
        """As in ``Recurrence``."""
        return f"{self._recurrence.layout} in both directions"

    def init(self, rng: np.random.Generator) -> Arrays:
        """New weights, of the first direction and then of the second."""
        made: Arrays = self.weights(*self._recurrence.init(rng), *self._recurrence.init(rng))
        return made

    def kept_tape(self, records: int, steps: int, dtype: np.dtype[Any]) -> TwoWayTape:
        """As in ``Recurrence``."""
        ahead, back = (self._recurrence.kept_tape(records, steps, dtype) for _ in range(2))
        return TwoWayTape(ahead, back, np.empty((steps, records, self.units), dtype), None)

    def unroll(
        self,
        params: Any,
        xs: Array,
        state: Arrays,
        tape: TwoWayTape | None,
        active: Sequence[int] | None,
        loops: Loops,
    ) -> TwoWayTape:
        """As in ``Recurrence``: each direction in its own time."""
        own, half = self._recurrence, len(state) // 2
        lengths = None if active is None else _lengths(active, len(xs))
        of_ahead, of_back = self._halves(params)
        given = (None, None) if tape is None else (tape.ahead, tape.back)
        reverse = turned(xs.swapaxes(0, 1), lengths).swapaxes(0, 1)
        ahead = own.unroll(of_ahead, xs, state[:half], given[0], active, loops)
        back = own.unroll(of_back, reverse, state[half:], given[1], active, loops)
        first = own.outputs(ahead)
        outputs = np.empty((*first.shape[:2], self.units), first.dtype) if tape is None else tape.outputs
        outputs[:, :, : own.units] = first
        outputs[:, :, own.units :] = turned(own.outputs(back), lengths)
        return TwoWayTape(ahead, back, outputs, lengths)

    def outputs(self, tape: TwoWayTape) -> Array:
        """As in ``Recurrence``."""
        return tape.outputs

    def states(self, tape: TwoWayTape) -> Arrays:
        """As in ``Recurrence``: of each direction in its own time."""
        return (*self._recurrence.states(tape.ahead), *self._recurrence.states(tape.back))

    def back(
        self,
        params: Any,
        tape: TwoWayTape,
        dhs: Array,
        finals: Finals | None,
        segment: Segment,
        carry: Arrays,
        loops: Loops,
    ) -> Back:
        """As in ``Recurrence``: each direction by itself, from its half of the cotangents."""
        own, steps = self._recurrence, segment.stop
        of_ahead, of_back = self._halves(params)
        ahead_, back_ = ways_of(segment)
        last_ahead, last_back = (None, None) if finals is None else finals.halves
        dys = _from_first(dhs[:, :, own.units :], segment.first_loss, steps)
        reverse = np.ascontiguousarray(turned(dys, tape.lengths))  # ←dy by the steps of its own time
        ahead = own.back(of_ahead, tape.ahead, dhs[:, :, : own.units], last_ahead, ahead_, (), loops)
        back = own.back(of_back, tape.back, reverse, last_back, back_, (), loops)
        dxs = _from_first(ahead.dxs, ahead.first, steps)
        dxs = dxs + turned(_from_first(back.dxs, back.first, steps), tape.lengths)  # →dx_t + ←dx_T−1−t
        return Back((*ahead.weights, *back.weights), dxs, 0, (*ahead.state, *back.state), ())

    def _halves(self, params: Any) -> tuple[Any, Any]:
        """The weights of either direction."""
        count, kind = len(self._recurrence.shapes), self._recurrence.weights
        return kind._make(params[:count]), kind._make(params[count : 2 * count])


def _from_first(part: Array, first: int, steps: int) -> Array:
    """What is known from step ``first`` on, with zeros for the steps before."""
    if first == 0:
        return part
    every = zeros((steps, *part.shape[1:]), part)
    every[first:] = part
    return every


def _lengths(active: Sequence[int], records: int) -> Array:
    """The lengths of so many records, longest first, of which step t has the first ``active[t]``."""
    return np.asarray((np.array(active)[:, np.newaxis] > np.arange(records)).sum(axis=0))
