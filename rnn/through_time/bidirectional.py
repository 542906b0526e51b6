"""Both directions: one cell from the first step to the last, another of its kind from the last to the first.

    →h_t+1 = →cell(x_t, →h_t)        ←h_t+1 = ←cell(x_T−1−t, ←h_t)
    what is put out after x_t:  [→h_t+1, ←h_T−t]

and, going back from its cotangent [→dy_t, ←dy_t], each direction by itself in its own time::

    dx_t = →dx_t + ←dx_T−1−t

Where a record ends early the second direction begins at the record's own end, and its steps are counted from
there. It is the other way round alone: the recursion is that of any cell.

What answers for a whole record by its last step needs both directions to have read it there. ``BothEnds``
puts what they have side by side as they have it, each in its own time::

    what is put out after t + 1 steps of either:  [→h_t+1, ←h_t+1]

Source: Schuster and Paliwal (1997), "Bidirectional recurrent neural networks", with what both put out side by
side, as ``bidirectional`` of ``torch.nn``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from rnn.cells.cell import Arrays
from rnn.common.arrays import Array
from rnn.common.checks import keep, kind_of, shown
from rnn.common.representation import as_call
from rnn.through_time.bptt import Loops
from rnn.through_time.naming import reverse_named
from rnn.through_time.recurrence import Back, Finals, Inputs, Several, after_zeros, recurrence
from rnn.through_time.routes import Segment
from rnn.through_time.ways import Ways, turned, ways_of


class TwoWayTape(NamedTuple):
    """The tape of either direction, what both put out (T, N, 2H), and the ``lengths`` (N,) or None."""

    parts: tuple[Any, Any]
    outputs: Array
    lengths: Array | None


@dataclass(frozen=True)
class Bidirectional(Several):
    """A cell in both directions, each with its own parameters, used like a cell.

    Its output is h of both after each step, side by side: 2H numbers, so that a readout of step t knows the
    whole sequence. The second direction's parameters and state have ``_reverse`` in their names. In a stack
    the next level has 2H inputs, and lengths under a truncation are refused.

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
    two_way = True
    _reads: ClassVar[str] = "in both directions"

    def __post_init__(self) -> None:
        name = f"{kind_of(self)}.cell"
        own = recurrence(name, self.cell)
        if own.two_way:
            needed = "a cell, or a stack of cells, in one direction"
            raise TypeError(f"{name}: {shown(self.cell)}, needed {needed}")
        self._of((own, own), _named)
        keep(self, inputs=own.inputs, units=2 * own.units)
        keep(self, name=f"{kind_of(self)}({own.name})", layout=f"{own.layout} {self._reads}")

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is copied and pickled: no module holds the classes of its parameters."""
        return Bidirectional, (self.cell,)

    __repr__ = as_call

    def kept_tape(self, records: int, steps: int, dtype: np.dtype[Any]) -> TwoWayTape:
        """As in ``Recurrence``."""
        ahead, back = (each.kept_tape(records, steps, dtype) for each in self._parts)
        return TwoWayTape((ahead, back), np.empty((steps, records, self.units), dtype), None)

    def unroll(
        self, params: Any, inputs: Inputs, state: Arrays, tape: TwoWayTape | None, loops: Loops
    ) -> TwoWayTape:
        """As in ``Recurrence``: each direction in its own time."""
        lengths = None if inputs.active is None else _lengths(inputs.active, len(inputs.xs))
        reverse = turned(inputs.xs.swapaxes(0, 1), lengths).swapaxes(0, 1)
        ahead = self._unrolled(0, params, inputs, state, tape, loops)
        back = self._unrolled(1, params, Inputs(reverse, inputs.active), state, tape, loops)
        own = self._parts[0]
        first = own.outputs(ahead)
        outputs = np.empty((*first.shape[:2], self.units), first.dtype) if tape is None else tape.outputs
        outputs[:, :, : own.units] = first
        outputs[:, :, own.units :] = self._beside(own.outputs(back), lengths)
        return TwoWayTape((ahead, back), outputs, lengths)

    def outputs(self, tape: TwoWayTape) -> Array:
        """As in ``Recurrence``."""
        return tape.outputs

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
        units = self._parts[0].units
        ahead_, back_ = self._ways(segment)
        dys = after_zeros(dhs[:, :, units:], segment.first_loss - back_.first_loss)
        reverse = np.ascontiguousarray(self._beside(dys, tape.lengths))  # ←dy by the steps of its own time
        ahead = self._part_back(0, params, tape, dhs[:, :, :units], finals, ahead_, (), loops)
        back = self._part_back(1, params, tape, reverse, finals, back_, (), loops)
        dxs = after_zeros(ahead.dxs, ahead.first)
        dxs = dxs + turned(after_zeros(back.dxs, back.first), tape.lengths)  # →dx_t + ←dx_T−1−t
        return Back((*ahead.weights, *back.weights), dxs, 0, (*ahead.state, *back.state), ())

    def _beside(self, array: Array, lengths: Array | None) -> Array:
        """What the second direction has, in its own time, as it stands beside the first, and the reverse."""
        return turned(array, lengths)

    def _ways(self, segment: Segment) -> Ways:
        """A segment in the time of either direction."""
        return ways_of(segment)


@dataclass(frozen=True, repr=False)
class BothEnds(Bidirectional):
    """As ``Bidirectional``, but after the last step both directions have read the whole record.

    Its output is h of both, each after as many steps from its own end: at the last step their last states,
    side by side, to classify a record, or to predict one thing of it. At earlier steps the second direction
    has read the last steps, not the first: a loss there is seldom meant. A truncation counts each direction's
    own steps; in a stack every truncation but ``Full()`` is refused.

    >>> from rnn import GRU, Layer
    >>> layer = Layer(BothEnds(GRU(inputs=2, units=3)))
    >>> weights = layer.init(np.random.default_rng(0))
    >>> outputs, (h, h_reverse), _ = layer.forward(weights, np.ones((4, 5, 2)))
    >>> bool((outputs[:, -1] == np.concatenate((h, h_reverse), axis=1)).all())
    True
    """

    _reads: ClassVar[str] = "from both ends"
    whole_in_levels = True

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is copied and pickled: no module holds the classes of its parameters."""
        return BothEnds, (self.cell,)

    def _beside(self, array: Array, lengths: Array | None) -> Array:
        return array

    def _ways(self, segment: Segment) -> Ways:
        own = segment._replace(reaches=())
        return Ways(own, own)


def _named(name: str, way: int) -> str:
    """A name in the first direction, and in the second."""
    return reverse_named(name) if way else name


def _lengths(active: Sequence[int], records: int) -> Array:
    """The lengths of so many records, longest first, of which step t has the first ``active[t]``."""
    return np.asarray((np.array(active)[:, np.newaxis] > np.arange(records)).sum(axis=0))
