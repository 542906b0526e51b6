"""Lag by lag where a state is all that flows: every block's part of each loss at each step of use.

An engine answers with sums over loss steps t and steps of use s. Here a case is *unfolded* into a larger one,
whose gradients keep the parts of the sums apart:

- Its units come in T + 1 sets, of which set s + 1 reads set s and no other, and set 0 starts from the initial
  state. So set s holds the state after s steps, and what the sets hold at other times flows into no answer.
  The loss at step t reads set t + 1. Then the rows of set s + 1 in what a step uses are that step's part.
- All losses but one are held at a baseline: their targets are the network's own outputs, so that their
  residuals are roundings. Those are taken off with a second answer, in which that loss is at the baseline
  too; and it is amplified so much first that nothing of the others is left beside its smallest part.

A cell whose units are carried one by one, as an LSTM's are, cannot be unfolded so: ``unfolds``.
"""

import math
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from itertools import islice

import numpy as np

from verification.models.arrays import Array
from verification.models.case import WIDER, Case, Targets, random_case
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Block, Model, Named, Use, squared_error
from verification.models.tolerance import SAFETY, Expected, unit
from verification.properties.asking import ask
from verification.properties.engine import Engine
from verification.properties.property import Looked
from verification.truth.comparison import compare
from verification.truth.lag_table import LagTable, lag_table
from verification.truth.parts import OUTPUTS
from verification.truth.unroll import walk

# By which power of two a loss is amplified: far more than the roundings of others need, in float32 as much
# as leaves room for squares.
LOUDEST = {np.dtype(np.float32): 40, np.dtype(np.float64): 200}

# Powers of two kept free below the largest number, for what is summed on the way.
ROOM = 30


@cache
def unfolds(model: Model) -> bool:
    """Is its one state all that flows, from units to units by blocks of its own, and its loss ½ ‖o − y‖²?"""
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
    sizes = {name: 2 + i for i, name in enumerate(model.dimensions)}
    case = random_case(model, np.random.default_rng(0), sizes, losses="every")
    size = case.state[0].shape[1]
    larger = [state[0] for state in walk(_enlarged(case))]
    each = zip(walk(case), larger, strict=True)
    return all(np.allclose(h[0], L[:, s * size : (s + 1) * size]) for s, (h, L) in enumerate(each))


def unfolded_lags(engine: Engine, case: Case) -> Looked:
    """Each step's part of each block, of the first, the middle and the last loss."""
    unfolded = _unfolded(case)
    for loss in unfolded.asked:
        yield from unfolded.look(engine, loss)


@lru_cache(maxsize=256)
def _unfolded(case: Case) -> "Unfolded":
    """Made once for all engines that are asked."""
    return Unfolded(case)


@dataclass(frozen=True, eq=False)
class Parts:
    """What one loss brings to a block by each step of use (S, …), and the error allowed (S,)."""

    want: Array
    bound: Array


@dataclass(frozen=True, eq=False)
class Unfolded:
    """A case of a model that unfolds, and what is asked of it."""

    case: Case

    @cached_property
    def table(self) -> LagTable:
        """The lag table of the case, each loss apart."""
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
    def asked(self) -> tuple[int, ...]:
        """The losses that stand for all, by number: the first, the middle and the last."""
        count = len(self.case.losses)
        return tuple(i for i in sorted({0, count // 2, count - 1}) if self.stands_out(i))

    @cached_property
    def gain(self) -> int:
        """By which power of two a loss can be amplified before anything nears overflow."""
        arrays = (*self.table.grads.values(), self.table.parts[OUTPUTS], self.states)
        largest = max(1.0, *(float(np.max(np.abs(array))) for array in arrays))
        if not np.isfinite(largest):
            return 0
        room = math.frexp(float(np.finfo(self.case.dtype).max) / largest)[1] - ROOM
        return max(0, min(LOUDEST[self.case.dtype], room))

    def stands_out(self, loss: int) -> bool:
        """Can the loss be amplified so much that roundings of the others' outputs are nothing beside it?"""
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
        p = Named({name: a.astype(self.states.dtype) for name, a in self._readout(loss).items()})
        f = Namespace(self.case.chosen, Arithmetic())
        with np.errstate(all="ignore"):
            return np.stack([self.case.model.readout(f, p, h) for h in self.states], axis=1)

    def baseline(self, loss: int) -> Case:
        """The unfolded case, read out for one loss, with hardly any loss."""
        objective = self.case.objective
        assert isinstance(objective, Targets)  # as its loss is squared
        # As the case has them: of one step a loss on the last one is a loss on every one, in another form.
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
        """Where in the larger case's block each step's part stands."""
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
        """What is expected of a block under the truncation, and the bound of each part."""
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
        """Of each loss that is asked for, the baseline and the amplified case."""
        return {loss: (self.baseline(loss), self.amplified(loss)) for loss in self.asked}

    @cached_property
    def _want(self) -> dict[tuple[int, str], Parts]:
        """What is expected of each block, of each loss that is asked for."""
        return {(loss, name): self.parts(loss, name) for loss in self.asked for name in self.case.blocks}

    def look(self, engine: Engine, loss: int) -> Looked:
        """Each block's parts of one loss beside the truth."""
        baseline, amplified = (ask(engine, case) for case in self._cases[loss])
        for name, got in amplified.blocks.items():
            yield from self._judged(loss, name, got, baseline.blocks[name])

    def _judged(self, loss: int, name: str, amplified: Array, baseline: Array) -> Looked:
        parts, factor, dtype = self._want[loss, name], 2.0**self.gain, self.states.dtype
        # Both answers round what the other losses bring. That is never taken for more than the roundings of
        # the largest part, so that an engine cannot widen the bound by a large answer; and for as much at
        # the steps after the loss, where nothing is expected and so nothing says how small a part is.
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
    """Does it go from units to units?"""
    return block.use is Use.STEP and block.axes == model.of(Use.STATE)[0].axes * 2


def _enlarged(case: Case) -> Case:
    """The case with a set of units for every state; what is read out is another with each loss."""
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
