"""Lag by lag for models whose one state carries everything: every block's contribution to each loss, by step.

An engine answers with sums over loss steps t and steps of use s. Here a case is *unfolded* into a larger one,
whose gradients keep the terms of the sums apart:

- Its units form T + 1 sets. Set s + 1 reads set s and no other, and set 0 starts from the initial state. So
  set s holds the state after s steps, and its values at other times do not affect any answer. The loss at
  step t reads set t + 1. Then the rows of set s + 1 in a STEP block are the contribution of that step.
- All losses but one are held at a baseline: their targets are the network's own outputs, so their residuals
  are roundings. A second answer, with that loss at the baseline too, is subtracted to remove them. Before
  that, the loss is amplified so much that nothing of the others is left beside its smallest contribution.

A cell whose units are carried one by one, such as an LSTM, cannot be unfolded in this way: ``unfolds``.
"""

import math
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from itertools import islice

import numpy as np

from verification.models.arrays import Array
from verification.models.case import WIDER, Case, Targets, random_case
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Block, Model, NamedArrays, Use, squared_error
from verification.models.tolerance import SAFETY, Expected, unit
from verification.properties.calling import run_case
from verification.properties.engine import Engine
from verification.properties.property import Checked
from verification.truth.comparison import compare
from verification.truth.lag_table import LagTable, lag_table
from verification.truth.parts import OUTPUTS
from verification.truth.unroll import walk

# The power of two by which a loss is amplified: far beyond the roundings of the others, and in float32 as
# large as squares allow.
LOUDEST = {np.dtype(np.float32): 40, np.dtype(np.float64): 200}

# Powers of two below the largest number that are kept free for intermediate sums.
ROOM = 30


@cache
def unfolds(model: Model) -> bool:
    """Does one state carry everything, by blocks from units to units, and is the loss ½ ‖o − y‖²?"""
    states = model.of(Use.STATE)
    if (
        len(states) != 1
        or len(states[0].axes) != 1
        or states[0].axes != states[0].dimensions
        or model.loss is not squared_error
        or model.complex
    ):
        return False
    (units,) = states[0].axes
    shared = model.of(Use.STEP)
    if not model.of(Use.READOUT) or any(units in block.dimensions for block in model.of(Use.INPUT)):
        return False
    if any(not b.axes or b.axes[0] != units or len(b.axes) > 2 or b.parts for b in shared):
        return False
    reading = [block for block in model.of(Use.READOUT) if units in block.dimensions]
    if any(block.axes[-1] != units or block.dimensions.count(units) > 1 for block in reading):
        return False
    sizes = model.at_most({name: 2 + i for i, name in enumerate(model.dimensions)})
    case = random_case(model, np.random.default_rng(0), sizes, losses="every")
    size = case.state[0].shape[1]
    larger = [state[0] for state in walk(_enlarged(case))]
    each = zip(walk(case), larger, strict=True)
    return all(np.allclose(h[0], L[:, s * size : (s + 1) * size]) for s, (h, L) in enumerate(each))


def unfolded_lags(engine: Engine, case: Case) -> Checked:
    """Each step's contribution to each block, for the first, the middle and the last loss."""
    unfolded = _unfolded(case)
    for loss in unfolded.losses:
        yield from unfolded.check(engine, loss)


@lru_cache(maxsize=256)
def _unfolded(case: Case) -> "Unfolded":
    """Computed once for all engines."""
    return Unfolded(case)


@dataclass(frozen=True, eq=False)
class Parts:
    """The contributions of one loss to a block by step of use (S, …), and the errors allowed (S,)."""

    want: Array
    bound: Array


@dataclass(frozen=True, eq=False)
class Unfolded:
    """A case of a model that unfolds, with its larger cases and their expectations."""

    case: Case

    @cached_property
    def table(self) -> LagTable:
        """The lag table of the case, each loss by itself."""
        return lag_table(self.case)

    @cached_property
    def larger(self) -> Case:
        """The case with a set of units for every state."""
        return _enlarged(self.case)

    @cached_property
    def states(self) -> Array:
        """(T, N, (T + 1) · H), of the larger case after each step, in the wider type."""
        wide = self.larger.astype(WIDER[self.case.dtype])
        # A set that is not in use may overflow where the case does not.
        with np.errstate(all="ignore"):
            return np.stack([state[0] for state in islice(walk(wide), 1, None)])

    @cached_property
    def losses(self) -> tuple[int, ...]:
        """The losses that are checked, by number: the first, the middle and the last."""
        count = len(self.case.losses)
        return tuple(i for i in sorted({0, count // 2, count - 1}) if self.stands_out(i))

    @cached_property
    def gain(self) -> int:
        """The power of two by which a loss can be amplified without nearing overflow."""
        arrays = (*self.table.grads.values(), self.table.parts[OUTPUTS], self.states)
        largest = max(1.0, *(float(np.max(np.abs(array))) for array in arrays))
        if not np.isfinite(largest):
            return 0
        room = math.frexp(float(np.finfo(self.case.dtype).max) / largest)[1] - ROOM
        return max(0, min(LOUDEST[self.case.dtype], room))

    def stands_out(self, loss: int) -> bool:
        """Can the loss be amplified so much that the roundings of the other outputs are negligible?"""
        fits = bool(np.all(np.abs(self.states) < np.finfo(self.case.dtype).max))
        amplified = 2.0**self.gain * np.max(np.abs(self._residual(loss)))
        return fits and bool(np.max(np.abs(self._outputs(loss))) <= amplified)

    def _residual(self, loss: int) -> Array:
        """(N, K), the case's own, in the wider type."""
        t = self.case.losses[loss]
        return np.asarray(
            self.table.parts[OUTPUTS][0][:, t] - self.case.objective.data(t, self.case.steps)["target"]
        )

    def _readout(self, loss: int) -> dict[str, Array]:
        """The READOUT blocks for the set that the loss reads."""
        (units,) = self.case.model.of(Use.STATE)[0].axes
        size, at = self.case.state[0].shape[1], self.case.losses[loss] + 1
        after = size * (self.case.steps - at)
        made = {}
        for block in self.case.model.of(Use.READOUT):
            array = self.case.blocks[block.name]
            width = [(0, 0)] * (array.ndim - 1) + [(at * size, after)]
            made[block.name] = np.pad(array, width) if units in block.dimensions else array
        return made

    def _outputs(self, loss: int) -> Array:
        """(N, T, K), read out for one loss, in the wider type."""
        p = NamedArrays({name: a.astype(self.states.dtype) for name, a in self._readout(loss).items()})
        f = Namespace(self.case.chosen, Arithmetic())
        with np.errstate(all="ignore"):
            return np.stack([self.case.model.readout(f, p, h) for h in self.states], axis=1)

    def baseline(self, loss: int) -> Case:
        """The unfolded case, read out for one loss, with residuals that are roundings."""
        objective = self.case.objective
        assert isinstance(objective, Targets)  # as its loss is squared
        # In the case's own form: with one step, a loss on the last step and losses on every step are the
        # same.
        outputs, last = self._outputs(loss), objective.last
        targets = (outputs[:, -1:] if last else outputs).astype(self.case.dtype)
        blocks = {**self.larger.blocks, **self._readout(loss)}
        return replace(self.larger, blocks=blocks, objective=Targets(targets, last))

    def amplified(self, loss: int) -> Case:
        """The same, with the residual of the loss 2 ** ``gain`` times the case's own."""
        baseline = self.baseline(loss)
        objective = baseline.objective
        assert isinstance(objective, Targets)  # as made
        t, targets = self.case.losses[loss], objective.targets.copy()
        target = self.table.parts[OUTPUTS][0][:, t] - 2.0**self.gain * self._residual(loss)
        targets[:, 0 if objective.last else t] = target
        return replace(baseline, objective=Targets(targets, objective.last))

    def places(self, loss: int, name: str) -> list[tuple[int | slice, ...]]:
        """The index of each step's contribution in the larger case's block."""
        block = self.case.model.block(name)
        size, steps = self.case.state[0].shape[1], self.case.steps

        def of(s: int) -> slice:
            return slice(s * size, (s + 1) * size)

        if block.use is Use.INPUT:
            return [(slice(None), s) for s in range(steps)]
        if block.use is Use.STATE:
            return [(slice(None), of(0))]
        if block.use is Use.READOUT:
            units = self.case.model.of(Use.STATE)[0].axes[0]
            return [(..., of(self.case.losses[loss] + 1)) if units in block.dimensions else (...,)]  # type: ignore[list-item]
        if _carries(self.case.model, block):
            return [(of(s + 1), of(s)) for s in range(steps)]
        return [(of(s + 1),) for s in range(steps)]

    def parts(self, loss: int, name: str) -> Parts:
        """The expected contributions to a block under the truncation, and the bound of each."""
        block, table, case = self.case.model.block(name), self.table, self.case
        draws, terms, lost = table.grads[name][:, loss], table.terms[name][loss], table.lost[name][loss]
        if block.use is Use.READOUT:
            draws, terms, lost = draws.sum(axis=1)[:, None], terms.sum(axis=0)[None], lost.sum(axis=0)[None]
        elif block.use is Use.STATE:
            draws, terms, lost = draws[:, None], terms[None], lost[None]
        first = min(case.reach[case.losses[loss]], case.losses[loss] + 1)
        steps = np.arange(len(terms))
        reached = (steps >= first) if block.use is not Use.READOUT else np.ones(1, bool)
        want = np.where(reached.reshape(-1, *[1] * (terms.ndim - 1)), draws[0], 0)
        axes = tuple(range(1, terms.ndim))
        spread = np.abs(draws[1:] - draws[0]).max(axis=(0, *(a + 1 for a in axes)))
        records = 1 if block.use in (Use.INPUT, Use.STATE) else case.records
        rounded = unit(case.dtype) * terms.max(axis=axes) * max(1, records / SAFETY)
        return Parts(want, SAFETY * (spread + rounded) + lost.max(axis=axes))

    @cached_property
    def _cases(self) -> dict[int, tuple[Case, Case]]:
        """The baseline and the amplified case of each loss that is checked."""
        return {loss: (self.baseline(loss), self.amplified(loss)) for loss in self.losses}

    @cached_property
    def _want(self) -> dict[tuple[int, str], Parts]:
        """The expectations of each block, for each loss that is checked."""
        return {(loss, name): self.parts(loss, name) for loss in self.losses for name in self.case.blocks}

    def check(self, engine: Engine, loss: int) -> Checked:
        """Compares the contributions of one loss to each block with the truth."""
        baseline, amplified = (run_case(engine, case) for case in self._cases[loss])
        for name, got in amplified.blocks.items():
            yield from self._judged(loss, name, got, baseline.blocks[name])

    def _judged(self, loss: int, name: str, amplified: Array, baseline: Array) -> Checked:
        parts, factor, dtype = self._want[loss, name], 2.0**self.gain, self.states.dtype
        # Both answers round the contributions of the other losses. Their size is limited to that of the
        # largest expected contribution, so that an engine cannot widen its bound by a large answer. At steps
        # after the loss nothing is expected, and nothing tells how small a contribution is, so the limit
        # itself is used.
        t, places = self.case.losses[loss], self.places(loss, name)
        largest = float(np.max(np.abs(parts.want)))
        rest = max(float(np.max(np.abs(baseline[index]))) for index in places) / factor
        for s, index in enumerate(places):
            with np.errstate(all="ignore"):
                got = (amplified[index].astype(dtype) - baseline[index]) / factor
            left = largest if s > t and len(places) > 1 else min(rest, largest)
            bound = float(parts.bound[s] + 2 * SAFETY * unit(self.case.dtype) * left)
            part = f"d_{name} of the loss at step {t}" + (f" from step {s}" if len(places) > 1 else "")
            expected = Expected(parts.want[s], 0.0, 0.0, self.case.dtype, bound)
            yield name, compare(part, got, parts.want[s], bound), expected


def _carries(model: Model, block: Block) -> bool:
    """Does the block map units to units?"""
    return block.use is Use.STEP and block.axes == model.of(Use.STATE)[0].axes * 2


def _enlarged(case: Case) -> Case:
    """The case with a set of units for every state; the readout is another one for each loss."""
    sets, model = case.steps + 1, case.model
    blocks: dict[str, Array] = dict(case.blocks)
    for block in model.of(Use.STEP):
        array = case.blocks[block.name]
        if _carries(model, block):
            blocks[block.name] = np.kron(np.eye(sets, k=-1, dtype=array.dtype), array)
        else:
            blocks[block.name] = np.tile(array, (sets, *[1] * (array.ndim - 1)))
    (state,) = model.of(Use.STATE)
    size = case.state[0].shape[1]
    blocks[state.name] = np.pad(case.state[0], ((0, 0), (0, case.steps * size)))
    return replace(case, blocks=blocks)
