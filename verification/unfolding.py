"""An engine's own lag table, every block of it read through that block's own door.

An engine answers with sums over loss steps t and steps of use s. Here a problem is *unfolded* into a larger
one, whose gradients keep the parts of the sums apart:

- Its units come in T + 1 sets, of which set s + 1 reads set s and no other, and set 0 starts from h_0. So set
  s holds the state h_s after s steps, and what the sets hold at other times flows into no answer. The loss
  at step t reads set t + 1. Then the rows of set s + 1 in dU, dW and db are G[t, s], entry by
  entry, and so is grads.xs at step s.
- H more inputs, all zero, with the identity for every set as their columns of U: grads.xs there is da_s.
- All losses but one are silent: their targets are the network's own outputs, so that their residuals are
  roundings. Those are taken off with a second answer, in which that loss is silent too; and it is made so
  much louder first that nothing of the others is left beside its smallest part.
"""

import math
from dataclasses import dataclass

import numpy as np

from rnn.arrays import Array
from verification.problem import BLOCKS, Gradients, Problem
from verification.reference.activations import ACTIVATIONS
from verification.reference.cells import STEPS
from verification.reference.network import read_out, unroll
from verification.tolerance import SAFETY, WIDER, unit
from verification.trial import Trial, Truth

# The blocks whose parts can be told apart: the gradient's, and under a the cotangent of the pre-activations.
LAG_BLOCKS = (*BLOCKS, "a")

# By which power of two a loss is made louder: far more than the roundings of others need, in float32 as much
# as leaves room for squares.
LOUDEST = {np.dtype(np.float32): 40, np.dtype(np.float64): 200}

# Powers of two kept free below the largest number, for what is summed on the way.
ROOM = 30


@dataclass(frozen=True, eq=False)
class Parts:
    """What one loss brings to one block by each step of use: an engine's ``got``, and the truth beside it.

    ``got`` and ``due`` (S, …), with S = T, or 1 for V, c and h0. ``reached`` (S,): the truncation lets the
    loss reach that step. ``bound`` (S,): the error allowed.
    """

    got: Array
    due: Array
    reached: Array
    bound: Array

    @property
    def want(self) -> Array:
        """The truth under the truncation: what is due where it is reached, and zero elsewhere."""
        reached = self.reached.reshape(-1, *[1] * (self.due.ndim - 1))
        return np.where(reached, self.due, 0)


@dataclass(frozen=True, eq=False)
class Unfolded:
    """The unfolded problem, and the states (T, N, (T + 1) · H) that it passes through, in the wider type."""

    truth: Truth
    larger: Problem
    states: Array

    @property
    def fits(self) -> bool:
        """Does every set stay finite, those that are not in use as well?"""
        return bool(np.all(np.abs(self.states) < np.finfo(self.larger.dtype).max))

    @property
    def loudness(self) -> int:
        """By which power of two a loss can be made louder before anything nears overflow."""
        table, dtype = self.truth.table, self.larger.dtype
        arrays = (*table.grads.values(), table.outputs, self.states)
        largest = max(1.0, *(float(np.max(np.abs(array))) for array in arrays))
        room = math.frexp(float(np.finfo(dtype).max) / largest)[1] - ROOM
        return max(0, min(LOUDEST[dtype], room))

    def outputs(self, loss: int) -> Array:
        """(N, T, K), read out for one loss (an index from the first on), in the wider type."""
        outputs = read_out(self.readout(loss), self.larger.params["c"], self.states)
        return np.asarray(outputs.swapaxes(0, 1))

    def readout(self, loss: int) -> Array:
        """V for the set that the loss reads, in the problem's type."""
        units, sets = self.truth.problem.h0.shape[1], self.larger.steps + 1
        at = self.larger.first_loss + loss + 1
        V: Array = np.pad(self.truth.problem.params["V"], ((0, 0), (at * units, (sets - at - 1) * units)))
        return V

    def residual(self, loss: int) -> Array:
        """(N, K), the problem's own, in the wider type."""
        problem, outputs = self.truth.problem, self.truth.table.outputs[0]
        return np.asarray(outputs[:, problem.first_loss + loss] - problem.targets_by_step[loss])

    def stands_out(self, loss: int) -> bool:
        """Can the loss be made so loud that roundings of the others' outputs are nothing beside it?"""
        loud = 2.0**self.loudness * np.max(np.abs(self.residual(loss)))
        return self.fits and bool(np.max(np.abs(self.outputs(loss))) <= loud)

    def silent(self, loss: int) -> Problem:
        """The unfolded problem, read out for one loss, with hardly any loss."""
        outputs = self.outputs(loss)
        targets = outputs if self.larger.targets.ndim == 3 else outputs[:, -1]
        return self.larger.replaced(V=self.readout(loss), targets=targets.astype(self.larger.dtype))

    def aloud(self, silent: Problem, loss: int) -> Problem:
        """The same, with the residual of the loss 2 ** ``loudness`` times the problem's own."""
        outputs = self.truth.table.outputs[0][:, self.truth.problem.first_loss + loss]
        louder = outputs - 2.0**self.loudness * self.residual(loss)
        targets = silent.targets.copy()
        targets[(slice(None), loss) if targets.ndim == 3 else ...] = louder
        return silent.replaced(targets=targets)

    def read(self, loss: int, answer: Gradients) -> dict[str, Array]:
        """From an answer, in the wider type: the parts of every block by step of use."""
        blocks = {name: np.asarray(block, self.states.dtype) for name, block in answer.blocks().items()}
        _, steps, inputs = self.truth.problem.xs.shape
        units, at = self.truth.problem.h0.shape[1], self.larger.first_loss + loss + 1
        s = np.arange(steps)
        dxs = blocks["xs"].swapaxes(0, 1)
        return {
            "U": blocks["U"].reshape(steps + 1, units, -1)[1:, :, :inputs],
            "W": blocks["W"].reshape(steps + 1, units, steps + 1, units)[s + 1, :, s, :],
            "b": blocks["b"].reshape(steps + 1, units)[1:],
            "xs": dxs[:, :, :inputs],
            "a": dxs[:, :, inputs:],
            "V": blocks["V"][None, :, at * units : (at + 1) * units],
            "c": blocks["c"][None],
            "h0": blocks["h0"][None, :, :units],
        }


def unfold(truth: Truth) -> Unfolded:
    """The unfolded problem of ``truth``; its truncation is the problem's own."""
    problem = truth.problem
    records, steps, _ = problem.xs.shape
    units, sets, dtype = problem.h0.shape[1], steps + 1, problem.dtype
    identity = np.eye(units, dtype=dtype)
    larger = problem.replaced(
        U=np.tile(np.concatenate((problem.params["U"], identity), axis=1), (sets, 1)),
        W=np.kron(np.eye(sets, k=-1, dtype=dtype), problem.params["W"]),
        b=np.tile(problem.params["b"], sets),
        V=np.tile(problem.params["V"], sets),
        h0=np.pad(problem.h0, ((0, 0), (0, steps * units))),
        xs=np.concatenate((problem.xs, np.zeros((records, steps, units), dtype)), axis=2),
    )
    wide = {name: array.astype(WIDER[dtype]) for name, array in larger.arrays().items()}
    cell, f = STEPS[problem.cell], ACTIVATIONS[problem.activation]
    # A set that is not in use may overflow where the problem does not; ``fits`` sees it.
    with np.errstate(over="ignore", invalid="ignore"):
        states = unroll(
            lambda s, x, h: cell(f, wide["U"], wide["W"], wide["b"], x, h),
            list(wide["xs"].swapaxes(0, 1)),
            wide["h0"],
        )
    return Unfolded(truth, larger, np.stack(states[1:]))


def observe(trial: Trial, unfolded: Unfolded, loss: int) -> dict[str, Parts]:
    """The engine's parts of one loss, an index from the first on; none of one that does not stand out."""
    if not unfolded.stands_out(loss):
        return {}
    silent = unfolded.silent(loss)
    quiet = unfolded.read(loss, trial.ask(silent))
    loud = unfolded.read(loss, trial.ask(unfolded.aloud(silent, loss)))
    return {name: _parts(unfolded, loss, name, quiet[name], loud[name]) for name in LAG_BLOCKS}


def _parts(unfolded: Unfolded, loss: int, name: str, quiet: Array, loud: Array) -> Parts:
    """The parts of one block, with the error allowed."""
    truth, factor = unfolded.truth, 2.0**unfolded.loudness
    due, allowed = truth.table.at(loss, name)
    reached = np.ones(1, bool) if name in ("V", "c") else truth.reach[loss][: len(due)]
    # Both answers round what the silent losses bring. That is never taken for more than the roundings of the
    # largest part, so that an engine cannot widen the bound by a large answer; and for as much at the steps
    # after the loss, where nothing is due and so nothing says how small a part is.
    largest = np.max(np.abs(due))
    left = np.full(len(due), min(np.max(np.abs(quiet)) / factor, largest))
    left[truth.problem.first_loss + loss + 1 :] = largest
    bound = allowed + 2 * SAFETY * unit(truth.problem.dtype) * left
    with np.errstate(invalid="ignore"):
        return Parts((loud - quiet) / factor, due, reached, bound)
