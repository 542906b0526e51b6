"""A case's truth and bound without the lag table, for any size and any truncation.

Losses that reach back to one step share one replay, from that step on. All replays are records of one batch,
in M copies, of which the first is the truth and the others are perturbed as in the lag table. They play a
tape (``verification.truth.replay_batch``). ``verification.truth.sums`` describes what takes the place of the
lag table's Σ |terms|; it is not smaller.
"""

from dataclasses import replace

import numpy as np

from verification.models.arrays import Array
from verification.models.case import WIDER, Case, by_reach
from verification.truth.expectation import Draws
from verification.truth.in_chunks import drawn_in_chunks, joined
from verification.truth.output_as_state import as_state, left_out
from verification.truth.replay_batch import Replay, ReplayBatch
from verification.truth.rounding import Copies, Rounding, copies_of
from verification.truth.substitute_types import as_known
from verification.truth.sums import Sums
from verification.truth.unroll import forward_parts

# By how much Y of some draws may fall short of Y of others: the lag table's Y is between half of this one and
# three times as large.
CHANCE = 2.0


def replayed(given: Case) -> Draws:
    """The truth of a case under its own truncation, and how closely it must be met."""
    known = as_known(given)
    # ``Draws.determined`` finds overflow, and the case is then set aside.
    with np.errstate(all="ignore"):
        runs = [_run(given, copies) for copies in copies_of(as_state(known))]
        more = drawn_in_chunks(known)
    last = runs[-1]
    # The truth of the first run, the draws and bounds of the last, and draws of another form.
    grads, parts = [run.grads for run in runs], [run.parts for run in runs]
    if more:
        grads, parts = [*grads, more.grads], [*parts, more.parts]
    kinked = any(run.kinked for run in runs)
    return replace(last, grads=joined(grads), parts=joined(parts), kinked=kinked)


def gradient(given: Case) -> dict[str, Array]:
    """The truth alone."""
    with np.errstate(all="ignore"):
        run = _run(given, Copies(WIDER[as_known(given).dtype], True, 0))
    return {name: draws[0] for name, draws in run.grads.items()}


def _run(given: Case, copies: Copies) -> Draws:
    """The replays in these copies, without the state that stands for the output."""
    case = as_state(as_known(given))
    losses, sums = dict(by_reach(case)), Sums(case, copies)
    rounding = Rounding(case, copies, 0)
    start = tuple(rounding.of_array(array) for array in case.state)
    whole = ReplayBatch(case, copies, [Replay(0, case.steps, losses.pop(0, ()))], start, 1)
    batches = [whole]
    if losses:
        replays = [Replay(first, steps[-1] + 1 - first, steps) for first, steps in losses.items()]
        replays.sort(key=lambda replay: replay.length, reverse=True)
        held = zip(*(whole.states[replay.first] for replay in replays), strict=True)
        batches.append(
            ReplayBatch(case, copies, replays, tuple(np.concatenate(each, axis=1) for each in held), 2)
        )
    for batch in batches:
        batch.backward(sums)
    parts = forward_parts(case, whole.states, whole.drawn, (copies.count,))
    grads, terms, lost, parts = (
        left_out(given, each) for each in (sums.gradients(), sums.terms, sums.lost, parts)
    )
    return Draws(given, grads, terms, lost, parts, any(batch.kinked for batch in batches), CHANCE)
