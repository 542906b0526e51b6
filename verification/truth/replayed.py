"""A case's truth and bound without the lag table, for any size and any truncation.

Losses that reach back to one step share one replay, from that step on only, and all replays are records of
one batch, in M copies, of which the first is the truth and the others are perturbed as in the lag table.
Under a full gradient that is nine gradients by autograd, a step at a time. What takes the place of the lag
table's Σ |terms| is described in ``verification.truth.sums``; it is not smaller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rnn.arrays import Array
from verification.asked.case import Case, by_reach
from verification.tolerance import Expected, many
from verification.truth.batch import Batch, Replay
from verification.truth.expectation import expected_forward, fits, judged
from verification.truth.rounding import Rounding
from verification.truth.sums import Sums

# By how much Y of some draws may fall short of Y of others: the lag table's lies between a half of this one's
# and three times it.
CHANCE = 2.0


@dataclass(frozen=True, eq=False)
class Replayed:
    """A case's gradient in M draws (M, …), and a bound of Σ |terms| and of what the type may lose (…).

    ``outputs`` (M, N, T, …), ``final`` (M, N, …). ``kinked``: a function stands too near a kink to have a
    slope at this precision.
    """

    case: Case
    grads: Mapping[str, Array]
    terms: Mapping[str, Array]
    lost: Mapping[str, Array]
    outputs: Array
    final: tuple[Array, ...]
    kinked: bool

    @cached_property
    def determined(self) -> bool:
        """Did nothing overflow, and has everything a slope?"""
        return not self.kinked and fits(self.case, (*self.grads.values(), self.outputs, *self.final))

    def expected(self) -> dict[str, Expected]:
        """Every block's truth, with its Y, A and L."""
        addends = self.case.records * self.case.steps
        return {
            name: self._wide(
                judged(self.case, draws, many(self.terms[name], addends), float(np.max(self.lost[name])))
            )
            for name, draws in self.grads.items()
        }

    def forward(self) -> dict[str, Expected]:
        """The truth of the outputs and of each final state, by name."""
        forward = expected_forward(self.case, self.outputs, self.final)
        return {name: self._wide(each) for name, each in forward.items()}

    @staticmethod
    def _wide(expected: Expected) -> Expected:
        return replace(expected, spread=CHANCE * expected.spread)


def replayed(case: Case) -> Replayed:
    """The truth of a case under its own truncation, and how closely it must be met."""
    losses, sums = dict(by_reach(case)), Sums(case)
    # Overflow is found, and the case set aside, by ``Replayed.determined``.
    with np.errstate(all="ignore"):
        rounding = Rounding(case, 0)
        start = tuple(rounding.of_array(array) for array in case.state)
        whole = Batch(case, [Replay(0, case.steps, losses.pop(0, ()))], start, 1)
        batches = [whole]
        if losses:
            replays = [Replay(first, steps[-1] + 1 - first, steps) for first, steps in losses.items()]
            replays.sort(key=lambda replay: replay.length, reverse=True)
            held = zip(*(whole.states[replay.first] for replay in replays), strict=True)
            batches.append(Batch(case, replays, tuple(np.concatenate(each, axis=1) for each in held), 2))
        for batch in batches:
            batch.backward(sums)
    outputs = np.stack([state[0] for state in whole.states[1:]], axis=2)
    kinked = any(batch.kinked for batch in batches)
    return Replayed(case, sums.gradients(), sums.terms, sums.lost, outputs, whole.states[-1], kinked)
