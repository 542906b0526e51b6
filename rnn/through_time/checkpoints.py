"""Checkpoints: states computed twice instead of kept, so that memory grows with √T and not with T.

The forward keeps the state at the start of each segment alone; the backward, segment after segment from the
last, computes the segment's states again from there. States and da are those of a backward that keeps
everything, to the bit where one sweep at a time goes back; the sums over steps are taken segment by segment,
and so differ by rounding.

Where a part reads from the last step on, what is put out is kept as well (``rnn.through_time.recomputed``).

Source: Chen, Xu, Zhang and Guestrin (2016), "Training deep nets with sublinear memory cost", section 4; for
recurrent networks Gruslys et al. (2016).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

from rnn.cells.cell import Arrays
from rnn.common.checks import checked_count, keep
from rnn.through_time.bptt import FLUSH_EVERY, NUMPY, Loops
from rnn.through_time.recurrence import Inputs, Recurrence, last_state


@dataclass(frozen=True)
class Checkpoints:
    """Keep the state of every ``every``-th step only; None: about √(T / 2), which needs the least memory.

    A truncation whose sweeps overlap (``Window``, ``Chunked`` with k2 > k1) keeps as many states more as they
    overlap by.
    """

    every: int | None = None

    def __post_init__(self) -> None:
        if self.every is not None:
            keep(self, every=checked_count("Checkpoints.every", self.every, 1))

    def spacing(self, steps: int) -> int:
        """The steps from one checkpoint to the next, in a sequence of ``steps``."""
        steps = checked_count("steps", steps, 1)
        if self.every is not None:
            return self.every
        # A step of a segment holds about two states in the vanilla cell (its row and its slope), so fewest
        # are held in all where the spacing is √(T / 2), and a few more in other cells; a multiple of the
        # steps between two flushes, so that these fall on the same steps. Rather more than fewer, since each
        # segment has a cost of its own.
        often = max(FLUSH_EVERY.values())
        return often * ceil(sqrt(steps / 2) / often)


def states_at(
    own: Recurrence,
    weights: Any,
    inputs: Inputs,
    state: Arrays,
    starts: Iterable[int],
    loops: Loops = NUMPY,
) -> dict[int, Arrays]:
    """The state before each of the steps ``starts``, with no more kept than lies between two of them."""
    found, at = {0: state}, 0
    for start in sorted(starts):
        if start > at:
            tape = own.unroll(weights, inputs.part(at, start), found[at], None, loops)
            found[start] = last_state(own, tape)
            at = start
    return found
