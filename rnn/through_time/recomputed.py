"""A cell whose tape is computed again: checkpoints where a part reads from the last step on.

Where all read forward a loss needs no later step, and whole stretches of a network are computed again, from
the last on (``rnn.through_time.checkpoints``). What both directions put out meets at every step, and a level
reads all of the one below. So here each cell by itself keeps what it puts out and few of its states, and its
tape, which takes the most memory, is computed again stretch by stretch, each when it goes back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from rnn.cells.cell import Arrays
from rnn.common.arrays import Array, zeros
from rnn.through_time.bptt import Loops
from rnn.through_time.recurrence import Back, Finals, Inputs, Single
from rnn.through_time.routes import Segment, cut


class SparseTape(NamedTuple):
    """What was read, what was put out (T, N, H), and the states before some of the steps."""

    inputs: Inputs
    outputs: Array
    states: Mapping[int, Arrays]


@dataclass(frozen=True)
class Recomputed(Single):
    """One cell, which keeps its state before every so many-th step."""

    every: int

    def unroll(self, params: Any, inputs: Inputs, state: Arrays, tape: Any, loops: Loops) -> SparseTape:
        """As in ``Recurrence``, stretch by stretch."""
        records, steps = inputs.xs.shape[:2]
        outputs = np.empty((steps, records, self.units), inputs.xs.dtype)
        states = {}
        for start in range(0, steps, self.every):
            stop, states[start] = min(start + self.every, steps), state
            part = super().unroll(params, inputs.part(start, stop), state, None, loops)
            outputs[start:stop] = super().outputs(part)
            state = self._last(part)
        return SparseTape(inputs, outputs, states)

    def outputs(self, tape: SparseTape) -> Array:
        """As in ``Recurrence``."""
        return tape.outputs

    def back(
        self,
        params: Any,
        tape: SparseTape,
        dhs: Array,
        finals: Finals | None,
        segment: Segment,
        carry: Arrays,
        loops: Loops,
    ) -> Back:
        """As in ``Recurrence``: the last stretch first, each from a tape of its own."""
        first_loss = segment.first_loss
        dxs = zeros((segment.stop, *tape.inputs.xs.shape[::2]), tape.inputs.xs)
        total: tuple[Arrays, Arrays] | None = None
        for own in cut(segment.sweeps, segment.stop, first_loss, segment.batch, self.every):
            before = self._state_before(params, tape, own.start, loops)
            part = super().unroll(params, tape.inputs.part(own.start, own.stop), before, None, loops)
            losses = dhs[own.first_loss - first_loss : own.stop - first_loss]
            back = super().back(params, part, losses, None, own, carry, loops)
            carry, found = back.carry, (back.weights, back.state)
            dxs[back.first : own.stop] += back.dxs
            total = found if total is None else _sum(total, found)
        assert total is not None  # there is a stretch at least
        return Back(total[0], dxs[segment.first :], segment.first, total[1], ())

    def _state_before(self, params: Any, tape: SparseTape, start: int, loops: Loops) -> Arrays:
        """The state before a step, from the last one before it that was kept."""
        kept = start - start % self.every
        if kept == start:
            return tape.states[kept]
        part = super().unroll(params, tape.inputs.part(kept, start), tape.states[kept], None, loops)
        return self._last(part)

    def _last(self, tape: Any) -> Arrays:
        """A copy of the state after the last step of a stretch."""
        return tuple(array[-1].copy() for array in super().states(tape))


def recomputed(own: Single, every: int) -> Recomputed:
    """The cell, with so many steps from one state that is kept to the next."""
    return Recomputed(own.cell, every)


def _sum(one: tuple[Arrays, Arrays], other: tuple[Arrays, Arrays]) -> tuple[Arrays, Arrays]:
    weights, state = (tuple(map(np.add, *pair)) for pair in zip(one, other, strict=True))
    return weights, state
