"""Replays, as records of one batch: forward over their steps, and each step's derivative back by autograd.

A *row* is one record of one replay. Rows stand longest replay first, so that those that make a step s,
counted from their own first one, are the first of all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Named, State, Use
from verification.truth.observed import Call, Observed, kinked, shapes_of_calls
from verification.truth.reverse import Back, make_vjp
from verification.truth.rounding import Copies, OnTheWay, Rounding
from verification.truth.sums import Lost, Sums, bounded, signs
from verification.truth.unroll import advance, term

# What steps share, and losses, is rounded anew at each of so many steps, and then in turn.
TURNS = 4

# Bytes of steps that are kept on the way forward, to be gone back through; others are made again.
KEPT = 2**28

# How many arrays a step makes for one that it returns, about.
MADE = 4


@dataclass(frozen=True)
class Replay:
    """The first step that is made, how many are, and the steps whose losses are seen."""

    first: int
    length: int
    losses: tuple[int, ...]


class _Step:
    """Step s of every row that makes it, in M copies: what it takes, and what it makes of that."""

    def __init__(
        self,
        case: Case,
        rounding: Rounding,
        copies: Copies,
        shared: dict[str, Array],
        where: tuple[Array, Array],
        state: State,
        calls: list[tuple[int, ...]],
    ) -> None:
        self._case, self._rounding, self._copies = case, rounding, copies
        rows, model = len(where[0]), case.model
        self.leaves: dict[str, Any] = dict(shared)
        for block in model.of(Use.INPUT):
            self.leaves[block.name] = rounding.of_array(case.blocks[block.name][where])
        for block, array in zip(model.of(Use.STATE), state, strict=True):
            self.leaves[block.name] = array[:, :rows]
        self.calls: list[Call] = rounding.of_calls(calls)
        # What flows to the arguments tells what may be lost there, which is asked of draws alone.
        self._arguments = [_argument(i) for i in range(len(self.calls) if copies.draws else 0)]
        for name, call in zip(self._arguments, self.calls, strict=False):
            self.leaves[name] = np.zeros((copies.count, *call.shape), copies.dtype)
        self._kept = [rounding.noise((rows, *array.shape[2:])) for array in state]

    def results(self, leaves: dict[str, Any]) -> tuple[Any, ...]:
        """The states after it, and the arguments of the functions in it."""
        model = self._case.model
        for name, call in zip(self._arguments, self.calls, strict=False):
            call.added = leaves[name]
        p = Named({block.name: leaves[block.name] for block in model.of(Use.STEP)})
        inputs = {block.name: leaves[block.name] for block in model.of(Use.INPUT)}
        before = tuple(leaves[block.name] for block in model.of(Use.STATE))
        f = Namespace(self._case.chosen, Observed(self.calls))
        after = advance(model, f, p, inputs, before, (self._copies.count,))
        kept = (self._rounding.rounded(a, noise) for a, noise in zip(after, self._kept, strict=True))
        return (*kept, *(call.argument() for call in self.calls))


def _argument(i: int) -> str:
    # A space, which no block's name has.
    return f"argument {i}"


class _Taken:
    """A step that was taken: what came after it, and what brings cotangents of that back."""

    def __init__(self, step: _Step) -> None:
        self.back, self.after = make_vjp(step.results, step.leaves)

    @property
    def size(self) -> int:
        """Bytes, about."""
        return MADE * sum(int(array.nbytes) for array in self.after)


class Batch:
    """Replays from given states (M, rows, …), longest first. ``kinked``: a function stood near a kink."""

    def __init__(
        self, case: Case, copies: Copies, replays: Sequence[Replay], start: State, salt: int
    ) -> None:
        self._case, self._copies, self._replays, self._start = case, copies, replays, start
        self._salt = salt
        self._record = np.tile(np.arange(case.records), len(replays))
        self._first = np.repeat([replay.first for replay in replays], case.records)
        # The shapes of the functions' arguments, by how many rows make a step.
        self._calls: dict[int, list[tuple[int, ...]]] = {}
        self._taken: dict[int, _Taken] = {}
        self.kinked = False

    def _where(self, s: int) -> tuple[Array, Array]:
        """Record and step of every row that makes a step s."""
        rows = self._case.records * sum(replay.length > s for replay in self._replays)
        return self._record[:rows], self._first[:rows] + s

    def _step(self, s: int, state: State) -> _Step:
        where = self._where(s)
        rows = len(where[0])
        if rows not in self._calls:
            self._calls[rows] = shapes_of_calls(self._case, where[0])
        shared = self._shared[s % TURNS]
        return _Step(self._case, self._rounding(s), self._copies, shared, where, state, self._calls[rows])

    @cached_property
    def _shared(self) -> list[dict[str, Array]]:
        """The STEP blocks, as rounded in each turn."""
        return [self._turned(Use.STEP, turn) for turn in range(TURNS)]

    @cached_property
    def _readouts(self) -> list[dict[str, Array]]:
        """The READOUT blocks, as far as the case has them, as rounded in each turn."""
        return [self._turned(Use.READOUT, turn) for turn in range(TURNS, 2 * TURNS)]

    def _turned(self, use: Use, turn: int) -> dict[str, Array]:
        blocks, rounding = self._case.blocks, self._rounding(3 * self._case.steps, turn)
        names = (block.name for block in self._case.model.of(use))
        return {name: rounding.of_array(blocks[name]) for name in names if name in blocks}

    def _rounding(self, *place: int) -> Rounding:
        return Rounding(self._case, self._copies, self._salt, *place)

    @cached_property
    def states(self) -> list[State]:
        """The states before the first step, and after each."""
        states, room = [self._start], KEPT
        for s in range(self._replays[0].length):
            step = self._step(s, states[-1])
            if s < self._last and room > 0:
                self._taken[s] = _Taken(step)
                room -= self._taken[s].size
                after = self._taken[s].after
            else:
                after = step.results(step.leaves)
            self.kinked = self.kinked or kinked(step.calls)
            states.append(tuple(after[: len(self._start)]))
        return states

    def backward(self, sums: Sums) -> None:
        """Adds what every loss takes of the blocks to the sums."""
        lost = Lost(self._case, self._copies, self._none)
        flow = list(self._none)
        for made in range(self._last, -1, -1):
            rows = self.states[made][0].shape[1]
            flow, lost.flow = _widened(flow, rows), _widened(lost.flow, rows)
            for number, (which, data) in enumerate(self._losses(made)):
                rounding = self._rounding(self._case.steps + made, number)
                for array, arrived in zip(flow, self._loss(rounding, made, which, data, sums), strict=True):
                    array[:, which] += arrived
            if made:
                flow = self._back(made - 1, flow, lost, sums)
        if self._replays[0].first == 0:
            for block, array, gone in zip(self._case.model.of(Use.STATE), flow, lost.flow, strict=True):
                sums.add(block.name, array, np.abs(array[0]))
                sums.lose(block.name, lost.bound(gone) + lost.below(array))

    @property
    def _none(self) -> list[Array]:
        """Nothing that flows back, to no row."""
        return [np.zeros_like(array[:, :0]) for array in self._start]

    @property
    def _last(self) -> int:
        """After how many steps of its own a replay has its last loss."""
        return max((t + 1 - replay.first for replay in self._replays for t in replay.losses), default=0)

    def _losses(self, made: int) -> Iterator[tuple[Array, dict[str, Array]]]:
        """The rows that have a loss after so many steps, and its data: those together that have the same."""
        case = self._case
        found: dict[tuple[str, ...], list[tuple[int, dict[str, Array]]]] = {}
        for i, replay in enumerate(self._replays):
            t = replay.first + made - 1
            if t in replay.losses:
                data = case.objective.data(t, case.steps)
                found.setdefault(tuple(data), []).append((i, data))
        for names, each in found.items():
            rows = [np.arange(i * case.records, (i + 1) * case.records) for i, _ in each]
            yield np.concatenate(rows), {name: np.concatenate([d[name] for _, d in each]) for name in names}

    def drawn(self, t: int) -> tuple[Named, dict[str, Array]]:
        """READOUT blocks and the objective's data at step t, rounded."""
        case, rounding = self._case, self._rounding(2 * self._case.steps + t)
        data = case.objective.data(t, case.steps) if t in case.losses else {}
        return Named(self._readouts[t % TURNS]), {n: rounding.of_array(array) for n, array in data.items()}

    def _loss(
        self, rounding: Rounding, made: int, which: Array, data: dict[str, Array], sums: Sums
    ) -> list[Array]:
        """What the losses of some rows send back to the states."""
        case, model = self._case, self._case.model
        readout = self._readouts[made % TURNS]
        states = [block.name for block in model.of(Use.STATE)]
        leaves: dict[str, Any] = dict(readout)
        leaves |= {n: array[:, which] for n, array in zip(states, self.states[made], strict=True)}
        drawn = {name: rounding.of_array(array) for name, array in data.items()}

        def losses(leaves: dict[str, Any]) -> tuple[Any]:
            p = Named({name: leaves[name] for name in readout})
            state = tuple(leaves[name] for name in states)
            f = Namespace(case.chosen, Arithmetic())
            return (term(model, case.objective, f, p, drawn, state, (self._copies.count,)),)

        back, (told,) = make_vjp(losses, leaves)
        place, chance = self._case.steps + made, np.random.default_rng(made)
        grads, probes = self._gone_back(
            back, [np.ones_like(told)], [], len(which), bool(readout), place, chance
        )
        for name in readout:
            terms = bounded(self._copies.drawn(probes[name]), len(which), grads[name][0])
            sums.add(name, grads[name], terms)
        return [grads[name] for name in states]

    def _gone_back(
        self,
        back: Back[str],
        flow: Sequence[Array],
        none: Sequence[Array],
        rows: int,
        shared: bool,
        place: int,
        chance: np.random.Generator,
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """The gradients, in draws with roundings on every way back; and in draws the sums of rows with signs.

        ``shared``: are there sums of rows, which signs tell the terms of? The truth itself has none of both:
        it comes with the signs, all of which are 1 in it. ``none``: of what nothing flows back.
        """
        copies = self._copies
        if copies.draws and shared and rows > 1:
            signed = signs(copies, rows, chance)
            probes = back((*(_times(signed, array) for array in flow), *none))
        else:
            probes = back((*flow, *none))
        if not copies.draws:
            return probes, probes
        drawn = back((*flow, *none), OnTheWay(self._case, self._salt, place))
        if not copies.truth:
            return drawn, probes
        return {name: np.concatenate([probes[name][:1], drawn[name][1:]]) for name in drawn}, probes

    def _back(self, s: int, flow: list[Array], lost: Lost, sums: Sums) -> list[Array]:
        """What flows on through step s."""
        where, model = self._where(s), self._case.model
        rows = len(where[0])
        taken = self._taken.pop(s, None) or _Taken(self._step(s, self.states[s]))
        back = taken.back
        none = [np.zeros_like(each) for each in taken.after[len(flow) :]]
        sums_of_rows, chance = bool(model.of(Use.STEP)), np.random.default_rng(s)
        grads, probes = self._gone_back(back, flow, none, rows, sums_of_rows, s, chance)
        # The truth by itself, without draws, tells no bounds; and one term's size is that of its sum.
        gone = None
        if self._copies.draws:
            begun = [lost.started(each) for each in (*flow, *(grads[_argument(i)] for i in range(len(none))))]
            if lost.count:
                arrived = [a + b for a, b in zip(begun, lost.flow, strict=False)]
                gone = back((*arrived, *begun[len(arrived) :]))
        for block in model.of(Use.STEP, Use.INPUT):
            shared = block.use is Use.STEP
            grad, place = grads[block.name], () if shared else where
            terms = np.abs(grad[0])
            if shared:
                terms = bounded(self._copies.drawn(probes[block.name]), rows, terms)
            sums.add(block.name, grad, terms, place)
            if gone is not None:
                sums.lose(block.name, lost.bound(gone[block.name]), place)
        states = [block.name for block in model.of(Use.STATE)]
        lost.flow = [0 * grads[name] if gone is None else gone[name] for name in states]
        return [grads[name] for name in states]


def _widened(flow: list[Array], rows: int) -> list[Array]:
    """With zeros for rows that were not there."""
    more = [np.zeros((len(a), rows - a.shape[1], *a.shape[2:]), a.dtype) for a in flow]
    return [np.concatenate((array, zeros), axis=1) for array, zeros in zip(flow, more, strict=True)]


def _times(signed: Array, array: Array) -> Array:
    """Each row with its sign."""
    times: Array = array * signed.reshape(*signed.shape, *[1] * (array.ndim - 2)).astype(array.dtype)
    return times
