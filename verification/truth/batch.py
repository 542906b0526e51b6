"""Replays, as records of one batch: forward over their steps, and back by autograd's derivative of each.

A *row* is one record of one replay. Rows stand longest replay first, so that those that make a step s,
counted from their own first one, are the first of all.

A *stretch* is K steps in a row that the same rows make. The states are found step by step; then all steps of
a stretch are traced at once, as further copies, each from the state before it: to trace a small step takes
far longer than to compute it. What flows back has to be known where it enters a step, so it goes through the
stretch by the dense derivative of each state by the one before. Where states have so many units that this
would be most of the work, a stretch is one step.

Cotangents of states are *flat* (M, …, rows, S): the units of all states of a row side by side.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Named, State, Use
from verification.truth.observed import Call, Observed, kinked, shapes_of_calls
from verification.truth.on_the_way import gone_back
from verification.truth.reverse import Back, make_vjp
from verification.truth.rounding import Copies, Rounding
from verification.truth.sums import Lost, Sums, bounded, signs
from verification.truth.unroll import advance, term

# What steps share, and losses, is rounded anew at each of so many steps, and then in turn.
TURNS = 4

# Bytes of steps that are kept on the way forward, to be gone back through; others are made again.
KEPT = 2**28

# Bytes that a stretch may take while it is traced.
TRACED = 2**24

# How many arrays a step makes for one that it takes or returns, about.
MADE = 4

# Numbers of the dense derivatives of a step, up to which they take less time than to trace it by itself.
DENSE = 4_000


@dataclass(frozen=True)
class Replay:
    """The first step that is made, how many are, and the steps whose losses are seen."""

    first: int
    length: int
    losses: tuple[int, ...]


@dataclass(frozen=True)
class _Stretch:
    """K steps from ``first`` on, and how many rows make them."""

    first: int
    length: int
    rows: int


@dataclass(frozen=True, eq=False)
class _Traced:
    """Steps that were taken: the states after each, what brings cotangents back, the calls of functions."""

    after: State
    back: Back[str]
    calls: list[Call]

    @property
    def size(self) -> int:
        """Bytes, about."""
        arguments = sum(call.noise.nbytes for call in self.calls if call.noise is not None)
        return MADE * (sum(int(array.nbytes) for array in self.after) + arguments)


class _Steps:
    """The steps of a stretch in M copies: what they take but for states, and what they make of both."""

    def __init__(
        self,
        case: Case,
        rounding: Rounding,
        copies: Copies,
        shared: dict[str, Array],
        where: tuple[Array, Array],
        calls: list[tuple[int, ...]],
    ) -> None:
        self._case, self._rounding, self._copies = case, rounding, copies
        self._taken: dict[str, Any] = dict(shared)
        for block in case.model.of(Use.INPUT):
            self._taken[block.name] = rounding.of_array(case.blocks[block.name][where])
        steps, rows = where[0].shape
        self._calls = rounding.of_calls(calls, steps)
        self._kept = [rounding.noise((steps, rows, *array.shape[1:])) for array in case.state]
        self._names = [block.name for block in case.model.of(Use.STATE)]

    def one(self, k: int, state: State) -> tuple[State, bool]:
        """The state after its step k, and whether a function stood near a kink."""
        calls = [call.at_step(k) for call in self._calls]
        taken = {name: array[:, k] for name, array in self._taken.items()}
        after = self._advanced(taken, state, calls, [noise[:, k] for noise in self._kept])
        return after, kinked(calls)

    def traced(self, before: State) -> _Traced:
        """All of them, each from the state before it (M, K, rows, …).

        Their results are the states and the arguments of functions: what flows to those tells what may be
        lost there, which is asked of draws alone.
        """
        calls = [call.again() for call in self._calls]
        leaves = self._taken | dict(zip(self._names, before, strict=True))
        if self._copies.draws:
            for i, call in enumerate(calls):
                shape = (self._copies.count, len(before[0][0]), *call.shape)
                leaves[argument(i)] = np.zeros(shape, self._copies.dtype)

        def results(leaves: dict[str, Any]) -> tuple[Any, ...]:
            for i, call in enumerate(calls):
                call.added = leaves.get(argument(i))
            state = tuple(leaves[name] for name in self._names)
            after = self._advanced(leaves, state, calls, self._kept)
            return (*after, *(call.argument() for call in calls))

        back, after = make_vjp(results, leaves)
        return _Traced(after[: len(before)], back, calls)

    def back_to_states(self, before: State) -> Back[str]:
        """What brings cotangents of the states after each step to those before it, and to nothing else."""
        calls = [call.again() for call in self._calls]

        def after(leaves: dict[str, Any]) -> State:
            return self._advanced(self._taken, tuple(leaves.values()), calls, self._kept)

        back, _ = make_vjp(after, dict(zip(self._names, before, strict=True)))
        return back

    def _advanced(
        self, leaves: dict[str, Any], state: State, calls: list[Call], kept: Sequence[Array]
    ) -> State:
        model = self._case.model
        p = Named({block.name: leaves[block.name] for block in model.of(Use.STEP)})
        inputs = {block.name: leaves[block.name] for block in model.of(Use.INPUT)}
        f = Namespace(self._case.chosen, Observed(calls))
        # What stands before the rows.
        copies = kept[0].shape[: kept[0].ndim - self._case.state[0].ndim]
        after = advance(model, f, p, inputs, state, copies)
        return tuple(self._rounding.rounded(a, noise) for a, noise in zip(after, kept, strict=True))


def argument(i: int) -> str:
    """The name of what is added to the argument of call i of a function."""
    # A space, which no block's name has.
    return f"argument {i}"


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
        # Steps that were taken on the way forward, by the first of their stretch.
        self._taken: dict[int, _Traced] = {}
        self.kinked = False

    @cached_property
    def _stretches(self) -> list[_Stretch]:
        """All steps, in order; none holds both what a loss comes after and what none does."""
        stretches: list[_Stretch] = []
        for s in range(self._replays[0].length):
            rows = self._case.records * sum(replay.length > s for replay in self._replays)
            last = stretches[-1] if stretches else None
            if last and last.rows == rows and s != self._last and last.length < self._most(rows):
                stretches[-1] = _Stretch(last.first, last.length + 1, rows)
            else:
                stretches.append(_Stretch(s, 1, rows))
        return stretches

    def _most(self, rows: int) -> int:
        """How many steps of so many rows are traced at once."""
        units, blocks = self._units, self._case.blocks
        # Through what is no analytic function a complex cotangent goes as two real ones.
        if self._case.model.complex or units * units * rows > DENSE:
            return 1
        shared = sum(blocks[block.name].size for block in self._case.model.of(Use.STEP))
        inputs = sum(blocks[block.name][:, :1].size for block in self._case.model.of(Use.INPUT))
        by_row = inputs // self._case.records + units * units
        one = MADE * self._copies.dtype.itemsize * self._copies.count * (shared + rows * by_row)
        return max(1, TRACED // one)

    @cached_property
    def _units(self) -> int:
        """S."""
        return sum(array[0].size for array in self._case.state)

    def _where(self, stretch: _Stretch) -> tuple[Array, Array]:
        """Record and step of every row at every step (K, rows)."""
        steps = (
            self._first[: stretch.rows] + np.arange(stretch.first, stretch.first + stretch.length)[:, None]
        )
        return np.broadcast_to(self._record[: stretch.rows], steps.shape), steps

    def _steps(self, stretch: _Stretch) -> _Steps:
        where = self._where(stretch)
        if stretch.rows not in self._calls:
            self._calls[stretch.rows] = shapes_of_calls(self._case, where[0][0])
        turns = [s % TURNS for s in range(stretch.first, stretch.first + stretch.length)]
        shared = _in_turns(self._shared, turns)
        rounding = self._rounding(stretch.first)
        return _Steps(self._case, rounding, self._copies, shared, where, self._calls[stretch.rows])

    @cached_property
    def _shared(self) -> dict[str, Array]:
        """The STEP blocks, as rounded in each turn (M, TURNS, …)."""
        return self._turned(Use.STEP, 0)

    @cached_property
    def _readouts(self) -> dict[str, Array]:
        """The READOUT blocks, as far as the case has them, as rounded in each turn (M, TURNS, …)."""
        return self._turned(Use.READOUT, 1)

    def _turned(self, use: Use, place: int) -> dict[str, Array]:
        blocks, rounding = self._case.blocks, self._rounding(3 * self._case.steps, place)
        names = (block.name for block in self._case.model.of(use))
        alike = {
            name: np.broadcast_to(blocks[name], (TURNS, *blocks[name].shape))
            for name in names
            if name in blocks
        }
        return {name: rounding.of_array(array) for name, array in alike.items()}

    def _rounding(self, *place: int) -> Rounding:
        return Rounding(self._case, self._copies, self._salt, *place)

    @cached_property
    def states(self) -> list[State]:
        """The states before the first step, and after each."""
        states, room = [self._start], KEPT
        for stretch in self._stretches:
            steps = self._steps(stretch)
            if stretch.length == 1 and stretch.first < self._last and room > 0:
                taken = steps.traced(self._before(states[-1:], stretch.rows))
                self._taken[stretch.first] = taken
                room -= taken.size
                self.kinked = self.kinked or kinked(taken.calls)
                states.append(tuple(array[:, 0] for array in taken.after))
                continue
            for k in range(stretch.length):
                state, near = steps.one(k, tuple(array[:, : stretch.rows] for array in states[-1]))
                self.kinked = self.kinked or near
                states.append(state)
        return states

    @staticmethod
    def _before(states: Sequence[State], rows: int) -> State:
        """So many states, one after another (M, K, rows, …)."""
        return tuple(
            np.stack([array[:, :rows] for array in each], axis=1) for each in zip(*states, strict=True)
        )

    def backward(self, sums: Sums) -> None:
        """Adds what every loss takes of the blocks to the sums."""
        states = self.states
        flow = self._none(0)
        lost = Lost(self._case, self._copies, flow)
        for stretch, losses in self._from_losses(sums):
            flow = self._back(stretch, losses, _widened(flow, stretch.rows), lost, sums)
        rows = states[0][0].shape[1]
        flow = _widened(flow, rows) + self._losses([0], rows, sums)[:, 0]
        lost.flow = _widened(lost.flow, rows)
        if self._replays[0].first == 0:
            for block, array, gone in zip(
                self._case.model.of(Use.STATE), self._apart(flow), self._apart(lost.flow), strict=True
            ):
                sums.add(block.name, array, np.abs(array[0]))
                sums.lose(block.name, lost.bound(gone, lost.count) + lost.below(array))

    def _none(self, *rows: int) -> Array:
        """Nothing that flows back, to so many steps and rows."""
        return np.zeros((self._copies.count, *rows, self._units), self._copies.dtype)

    def _flat(self, arrays: Sequence[Array]) -> Array:
        """Of every state block (M, …, rows, …), the units side by side."""
        each = zip(arrays, self._case.state, strict=True)
        return np.concatenate([a.reshape(*a.shape[: a.ndim + 1 - own.ndim], -1) for a, own in each], axis=-1)

    def _apart(self, flat: Array) -> list[Array]:
        """The same by state block."""
        ends = list(accumulate(array[0].size for array in self._case.state))
        each = zip(np.split(flat, ends[:-1], axis=-1), self._case.state, strict=True)
        return [array.reshape(*flat.shape[:-1], *own.shape[1:]) for array, own in each]

    @cached_property
    def _last(self) -> int:
        """After how many steps of its own a replay has its last loss."""
        return max((t + 1 - replay.first for replay in self._replays for t in replay.losses), default=0)

    def _losses_after(self, made: int) -> Iterator[tuple[Array, dict[str, Array]]]:
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
        readout = {name: array[:, t % TURNS] for name, array in self._readouts.items()}
        return Named(readout), {n: rounding.of_array(array) for n, array in data.items()}

    def _from_losses(self, sums: Sums) -> Iterator[tuple[_Stretch, Array]]:
        """Each stretch, the last first, with what losses send back to the states after its steps."""
        left = [stretch for stretch in self._stretches if stretch.first < self._last]
        while left:
            some = [left.pop()]
            end = some[0].first + some[0].length
            while left and end - left[-1].first <= self._most_losses(left[-1].rows):
                some.append(left.pop())
            begin = some[-1].first
            flows = self._losses(range(begin + 1, end + 1), some[-1].rows, sums)
            for stretch in some:
                k = stretch.first - begin
                yield stretch, flows[:, k : k + stretch.length, : stretch.rows]

    def _most_losses(self, rows: int) -> int:
        """After how many steps of so many rows losses are traced at once."""
        readouts = sum(int(array[0, 0].size) for array in self._readouts.values())
        one = MADE * self._copies.dtype.itemsize * self._copies.count * (readouts + rows * self._units)
        return TRACED // max(1, one)

    def _losses(self, made: Sequence[int], rows: int, sums: Sums) -> Array:
        """What the losses after so many steps each send back to the states (M, K, rows, S).

        Those of the same rows and of the same form are traced at once.
        """
        flows = self._none(len(made), rows)
        alike: dict[tuple[bytes, tuple[str, ...]], list[tuple[int, Array, dict[str, Array]]]] = {}
        for k, after in enumerate(made):
            for which, data in self._losses_after(after):
                alike.setdefault((which.tobytes(), tuple(data)), []).append((k, which, data))
        for number, group in enumerate(alike.values()):
            steps, (which, *_), each = zip(*group, strict=True)
            data = {name: np.stack([data[name] for data in each]) for name in each[0]}
            before = tuple(
                np.stack([array[:, which] for array in states], axis=1)
                for states in zip(*(self.states[made[k]] for k in steps), strict=True)
            )
            turns = [made[k] % TURNS for k in steps]
            flow = self._loss((self._case.steps + made[0], number), turns, before, data, sums)
            for i, k in enumerate(steps):
                flows[:, k, which] += flow[:, i]
        return flows

    def _loss(
        self, place: tuple[int, ...], turns: Sequence[int], state: State, data: dict[str, Array], sums: Sums
    ) -> Array:
        """What losses send back to the states (M, K, rows, …) after K steps, from data (K, rows, …).

        ``place``: of what is rounded.
        """
        case, model, rounding = self._case, self._case.model, self._rounding(*place)
        names = [block.name for block in model.of(Use.STATE)]
        readout = _in_turns(self._readouts, turns)
        drawn = {name: rounding.of_array(array) for name, array in data.items()}

        def losses(leaves: dict[str, Any]) -> tuple[Any]:
            p = Named({name: leaves[name] for name in readout})
            state = tuple(leaves[name] for name in names)
            f = Namespace(case.chosen, Arithmetic())
            copies = self._copies.count, len(turns)
            return (term(model, case.objective, f, p, drawn, state, copies),)

        back, (value,) = make_vjp(losses, readout | dict(zip(names, state, strict=True)))
        grads, probes = self._gone_back(back, [np.ones_like(value)], [], bool(readout), place)
        for name in readout:
            terms = bounded(self._copies.drawn(probes[name]), value.shape[2], grads[name][0])
            sums.add_steps(name, grads[name], terms)
        return self._flat([grads[name] for name in names])

    def _back(self, stretch: _Stretch, losses: Array, flow: Array, lost: Lost, sums: Sums) -> Array:
        """What flows on through a stretch, of what flows to the states after it (M, rows, S).

        ``losses``: what those after each of its steps send back (M, K, rows, S).
        """
        model, rows, steps = self._case.model, stretch.rows, range(stretch.length)
        names = [block.name for block in model.of(Use.STATE)]
        before = self._before(self.states[stretch.first : stretch.first + stretch.length], rows)
        taken = self._taken.pop(stretch.first, None) or self._steps(stretch).traced(before)
        back, calls = taken.back, taken.calls
        through = self._derivative(stretch, before) if stretch.length > 1 else None

        def gone_through(begun: Array, flow: Array, more: Array | None = None) -> Array:
            """What arrives after each step (M, K, rows, S) of what begins there, and before it (``more``)."""
            arrived = np.empty(begun.shape, self._copies.dtype)
            for k in reversed(steps):
                arrived[:, k] = begun[:, k] + flow
                if through is not None and k:
                    flow = np.einsum("mrij,mri->mrj", through[:, k], arrived[:, k])
                    if more is not None:
                        flow = flow + more[:, k]
            return arrived

        arrived = gone_through(losses, flow)
        shapes = [(self._copies.count, stretch.length, *call.shape) for call in calls]
        none = [np.zeros(shape, self._copies.dtype) for shape in shapes]
        grads, probes = self._gone_back(
            back, self._apart(arrived), none, bool(model.of(Use.STEP)), (stretch.first,)
        )
        # The truth by itself, without draws, tells no bounds; and one term's size is that of its sum.
        gone, counts = None, np.zeros(stretch.length, int)
        if self._copies.draws:
            (begun, own), *at_calls = (
                lost.started(each) for each in (arrived, *(grads[argument(i)] for i in range(len(calls))))
            )
            # So many have started at a step and after it.
            counts = lost.count + np.cumsum(sum((count for _, count in at_calls), own)[::-1])[::-1]
            lost.count = int(counts[0])
            if lost.count:
                started = [each for each, _ in at_calls]
                more = None
                if through is not None and any(each.any() for each in started):
                    brought = back((*self._apart(np.zeros_like(begun)), *started))
                    more = self._flat([brought[name] for name in names])
                gone = back((*self._apart(gone_through(begun, _widened(lost.flow, rows), more)), *started))
        where = self._where(stretch)
        for block in model.of(Use.STEP):
            grad = grads[block.name]
            terms = bounded(self._copies.drawn(probes[block.name]), rows, np.abs(grad[0]))
            sums.add_steps(block.name, grad, terms)
            if gone is not None:
                sums.lose(block.name, lost.bound(gone[block.name], counts).sum(axis=0))
        for block in model.of(Use.INPUT):
            grad = grads[block.name]
            size = None if gone is None else lost.bound(gone[block.name], counts)
            for k in steps:
                # A row may be at a step now at which another is then.
                place = where[0][k], where[1][k]
                sums.add(block.name, grad[:, k], np.abs(grad[0, k]), place)
                if size is not None:
                    sums.lose(block.name, size[k], place)
        lost.flow = self._none(rows) if gone is None else self._flat([gone[name] for name in names])[:, 0]
        return self._flat([grads[name] for name in names])[:, 0]

    def _gone_back(
        self,
        back: Back[str],
        flow: Sequence[Array],
        none: Sequence[Array],
        shared: bool,
        place: tuple[int, ...],
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """The gradients, in draws with roundings on every way back; and in draws the sums of rows with signs.

        ``shared``: are there sums of rows, which signs tell the terms of? ``none``: of what nothing flows
        back. ``place``: of what is rounded.
        """
        copies, rows = self._copies, flow[0].shape[2]
        grads = self._rounded(back, (*flow, *none), place)
        if not (copies.draws and shared and rows > 1):
            return grads, grads
        each = signs(copies, rows, np.random.default_rng(place))
        return grads, back((*(_times(each, array) for array in flow), *none))

    def _rounded(self, back: Back[str], flow: Sequence[Array], place: tuple[int, ...]) -> dict[str, Array]:
        """The gradients, in draws with roundings on every way back."""
        if not self._copies.draws:
            return back(flow)
        return gone_back(back, flow, self._case, self._copies.truth, self._salt, *place)

    def _derivative(self, stretch: _Stretch, before: State) -> Array:
        """Of every unit of a state (axis −2) by every unit of the one before (−1): (M, K, rows, S, S)."""
        back = self._steps(stretch).back_to_states(before)
        made = []
        for unit in range(self._units):
            cotangent = self._none(stretch.length, stretch.rows)
            cotangent[..., unit] = 1
            grads = self._rounded(back, self._apart(cotangent), (stretch.first, 1 + unit))
            made.append(self._flat([grads[block.name] for block in self._case.model.of(Use.STATE)]))
        return np.stack(made, axis=-2)


def _times(signed: Array, array: Array) -> Array:
    """Each row (M, K, rows, …) with its sign (M, rows)."""
    signs_of_rows = signed.reshape(len(signed), 1, -1, *[1] * (array.ndim - 3))
    times: Array = array * signs_of_rows.astype(array.dtype)
    return times


def _in_turns(blocks: dict[str, Array], turns: Sequence[int]) -> dict[str, Array]:
    """Blocks (M, TURNS, …) at the turns of K steps (M, K, …)."""
    if len(turns) == 1:
        # Large ones are not to be copied.
        return {name: array[:, turns[0] : turns[0] + 1] for name, array in blocks.items()}
    return {name: np.take(array, turns, axis=1) for name, array in blocks.items()}


def _widened(flow: Array, rows: int) -> Array:
    """With zeros for rows that were not there."""
    more = np.zeros((len(flow), rows - flow.shape[1], *flow.shape[2:]), flow.dtype)
    return np.concatenate((flow, more), axis=1)
