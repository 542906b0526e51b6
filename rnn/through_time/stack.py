"""A stack: cells one above another, each over the outputs of the one below.

    h⁰_t+1 = cell⁰(x_t, h⁰_t)        hˡ_t+1 = cellˡ(hˡ⁻¹_t+1, hˡ_t)

and, going back from dh of the level on top, level by level in the rounds of ``rnn.through_time.rounds``::

    dhˡ⁻¹_t+1 = dxˡ_t

What is handed up may be multiplied by a mask, hˡ⁻¹_t+1 ⊙ mˡ⁻¹_t in place of hˡ⁻¹_t+1, as dropout does
(``rnn.learning.dropout``); then dhˡ⁻¹_t+1 = dxˡ_t ⊙ mˡ⁻¹_t. What goes from step to step never is.

Source: Graves (2013), *Generating sequences with recurrent neural networks*, equations 1 and 2, without its
connections that skip levels: what ``num_layers`` is of ``torch.nn``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from rnn.cells.cell import Arrays, Cell
from rnn.common.arrays import Array, zeros
from rnn.common.checks import keep, shown
from rnn.through_time.bptt import Loops
from rnn.through_time.naming import level_named
from rnn.through_time.recurrence import Back, Finals, Inputs, Recurrence, Several, after_zeros, recurrence
from rnn.through_time.rounds import rounds_of
from rnn.through_time.routes import Segment


class StackTape(NamedTuple):
    """The tape of each level, the lowest first, and the ``masks`` of what they handed up."""

    parts: tuple[Any, ...]
    masks: Arrays


@dataclass(frozen=True, init=False)
class Stack(Several):
    """Cells on top of one another, the lowest first, used like a cell in ``RNN`` and in ``Layer``.

    Its parameters are those of every level, with the level's number in their names: U_l0, W_l0, b_l0, U_l1
    and so on; so are the arrays of its state, for two LSTMs h_l0, c_l0, h_l1, c_l1. Its output is h of the
    level on top. A truncation holds on every path: a loss at step t reaches the uses of each level's
    parameters from step first(t) on, by whichever levels the path goes.

    Raises TypeError for no cells or for anything but cells, ValueError if a level's inputs differ in number
    from the units of the one below.

    >>> from rnn import LSTM, RNN, Window
    >>> net = RNN(Stack(LSTM(inputs=2, units=4), LSTM(inputs=4, units=3)), outputs=1)
    >>> params = net.init(np.random.default_rng(0))
    >>> params.U_l1.shape, params.V.shape
    ((12, 4), (1, 3))
    >>> _, grads = net.loss_and_gradients(params, np.ones((5, 6, 2)), np.ones((5, 1)), truncation=Window(2))
    >>> grads.params.W_l0.shape, len(grads.state)
    ((16, 4), 4)
    """

    levels: tuple[Any, ...]

    def __init__(self, *levels: Cell | Recurrence) -> None:
        if not levels:
            raise TypeError("Stack: no levels, needed at least one cell, as rnn.LSTM(inputs=1, units=16)")
        # A stack of stacks is one of all their levels.
        levels = tuple(
            own for level in levels for own in (level.levels if isinstance(level, Stack) else (level,))
        )
        found = tuple(recurrence(f"Stack.levels[{place}]", level) for place, level in enumerate(levels))
        for place, (below, above) in enumerate(pairwise(found), 1):
            if above.inputs != below.units:
                raise ValueError(
                    f"Stack.levels[{place}]: {shown(levels[place])}, needed {below.units} inputs, "
                    "as many as the level below has units"
                )
        two_way = any(each.two_way for each in found)
        self._of(found, level_named)
        keep(self, levels=levels, inputs=found[0].inputs, units=found[-1].units)
        keep(self, two_way=two_way, hands_down_both_ways=two_way and len(found) > 1)
        keep(self, whole_alone=len(found) > 1 and any(each.whole_in_levels for each in found))
        keep(self, handed_up=tuple(each.units for each in found[:-1]))
        keep(self, name=f"Stack({', '.join(each.name for each in found)})")
        keep(self, layout=f"a stack of {', '.join(each.layout for each in found)}")

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is copied and pickled: no module holds the classes of its parameters."""
        return Stack, self.levels

    def __repr__(self) -> str:
        return f"Stack({', '.join(map(repr, self.levels))})"

    def kept_tape(self, records: int, steps: int, dtype: np.dtype[Any]) -> StackTape:
        """As in ``Recurrence``."""
        return StackTape(tuple(each.kept_tape(records, steps, dtype) for each in self._parts), ())

    def unroll(
        self, params: Any, inputs: Inputs, state: Arrays, tape: StackTape | None, loops: Loops
    ) -> StackTape:
        """As in ``Recurrence``: each level over the whole sequence, before the one above begins."""
        found: list[Any] = []
        reads = Inputs(inputs.xs, inputs.active)
        for place, each in enumerate(self._parts):
            found.append(self._unrolled(place, params, reads, state, tape, loops))
            hs = each.outputs(found[-1])
            if place < len(inputs.masks):
                hs = np.multiply(hs, inputs.masks[place].swapaxes(0, 1), order="C")
            reads = Inputs(hs.swapaxes(0, 1), inputs.active)
        return StackTape(tuple(found), inputs.masks)

    def outputs(self, tape: StackTape) -> Array:
        """As in ``Recurrence``."""
        return self._parts[-1].outputs(tape.parts[-1])

    def back(
        self,
        params: Any,
        tape: StackTape,
        dhs: Array,
        finals: Finals | None,
        segment: Segment,
        carry: Arrays,
        loops: Loops,
    ) -> Back:
        """As in ``Recurrence``: in each round every level, the one on top first."""
        total: Back | None = None
        for top, below in rounds_of(segment):
            found: list[Back] = []
            now, handed_down = top, dhs
            for place in reversed(range(len(self._parts))):
                back = self._part_back(place, params, tape, handed_down, finals, now, carry, loops)
                found.insert(0, back)
                now = below
                handed_down = after_zeros(back.dxs, back.first - below.first_loss)  # dhˡ⁻¹_t+1 = dxˡ_t
                if place and tape.masks:
                    mask = tape.masks[place - 1].swapaxes(0, 1)[below.first_loss - segment.start :]
                    handed_down = np.multiply(handed_down, mask, order="C")  # ⊙ mˡ⁻¹_t
            total = _sum(total, found)
        assert total is not None  # there is a round at least
        return total


def _sum(total: Back | None, levels: Sequence[Back]) -> Back:
    """What a round adds, with what the rounds before it came to."""
    weights = tuple(block for each in levels for block in each.weights)
    state = tuple(array for each in levels for array in each.state)
    carry = tuple(array for each in levels for array in each.carry)
    lowest = levels[0]
    if total is None:
        return Back(weights, lowest.dxs, lowest.first, state, carry)
    # Sweeps of more than one round are whole, and hand on no carry.
    first = min(total.first, lowest.first)
    dxs = zeros((max(len(total.dxs), len(lowest.dxs)), *lowest.dxs.shape[1:]), lowest.dxs)
    for part in (total, lowest):
        dxs[part.first - first :] += part.dxs
    summed = (tuple(map(np.add, *pair)) for pair in ((total.weights, weights), (total.state, state)))
    of_weights, of_state = summed
    return Back(of_weights, dxs, first, of_state, ())
