"""Replays as records of one batch: forward over their steps, and back, by a tape that is played at each step.

A *row* is one record of one replay. Rows are sorted by length of replay, longest first, so that the rows that
take part in step s of their replay are a prefix. A step is traced once for each number of rows.

Where the model's step broadcasts over copies, each row is a copy of its own with one record. The gradient of
a block that all rows share is then known for each row, and Σ |terms| is the sum over rows. Where blocks that
are used outside of matrix products are too large for that, random signs estimate the sum
(``verification.truth.sums``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import accumulate
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, real_of
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import NamedArrays, State, Use
from verification.models.tolerance import unit
from verification.truth.backward_rounding import keeps_apart, rounded_backward
from verification.truth.observed import near_kink
from verification.truth.reverse import Change, Played, Trace, make_vjp
from verification.truth.rounding import Copies, Rounding
from verification.truth.steps import Context, Product, Take, calls, form_of, on_tape, with_rules
from verification.truth.sums import RowStarts, Sums, Underflow, bounded, signs, widened
from verification.truth.unroll import term
from verification.truth.weight_gradients import Gathered

# Blocks that steps share, and losses, have this many independent roundings; step s uses number s % TURNS.
TURNS = 4

# Bytes of steps that are kept for the backward pass; the steps beyond are computed again.
KEPT = 2**28

# Bytes that losses may take while they are traced, and steps whose backward pass is done together.
TRACED = 2**24

# How many numbers per unit of state each row may copy of the blocks that all rows share: enough for biases,
# not for weights.
OWN = 16

# About how many arrays a loss computes for each one that it reads, and a step.
MADE, MADE_BY_STEP = 4, 40

# Up to this many numbers in a step's dense Jacobian, building it is faster than a backward pass of each step
# by itself.
DENSE = 600


@dataclass(frozen=True)
class Replay:
    """The number of the first step, the number of steps, and the steps whose losses the replay computes."""

    first: int
    length: int
    losses: tuple[int, ...]


@dataclass(frozen=True)
class Stretch:
    """Consecutive steps from ``first`` on that the same rows take part in."""

    first: int
    length: int
    rows: int


class ReplayBatch:
    """Replays from given states (M, rows, …), longest first. ``kinked``: an argument of a function was near a
    kink.
    """

    def __init__(
        self, case: Case, copies: Copies, replays: Sequence[Replay], start: State, salt: int
    ) -> None:
        self._case, self._copies, self._replays, self._start = case, copies, replays, start
        self._salt = salt
        self._record = np.tile(np.arange(case.records), len(replays))
        self._first = np.repeat([replay.first for replay in replays], case.records)
        self._form = form_of(case.model, case.functions)
        self._names, self._inputs = (
            [block.name for block in case.model.of(use)] for use in (Use.STATE, Use.INPUT)
        )
        self._unit, self._noises = unit(real_of(case.dtype)), Rounding(case, copies)
        # How many rows take part in each step.
        records, steps = case.records, range(max(replay.length for replay in replays))
        self._rows = [records * sum(replay.length > s for replay in replays) for s in steps]
        # Keys are numbers of rows.
        self._tapes: dict[int, Trace[str]] = {}
        self._calls: dict[Trace[str], list[dict[tuple[int, ...], int]]] = {}
        # Steps that the forward pass has kept.
        self._kept: dict[int, Played[str]] = {}
        self.kinked = False

    @cached_property
    def _apart(self) -> bool:
        """Is each row a copy of its own?"""
        own = sum(array[0, 0].size for array in self._shared.values())
        return self._form.together and own <= OWN * self._units

    def _lead(self, array: Array) -> Array:
        """Reshapes an array of rows (M, rows, …) to what the step takes."""
        return array[:, :, None] if self._apart else array

    def _by_row(self, array: Array) -> Array:
        """The inverse of ``_lead``."""
        return array[:, :, 0] if self._apart else array

    def _where(self, stretch: Stretch) -> RowStarts:
        """Record and step of every row."""
        rows, once = stretch.rows, len(self._replays) == 1
        return RowStarts(self._record[:rows], self._first[:rows] + stretch.first, stretch.length, once)

    @cached_property
    def _stretches(self) -> list[Stretch]:
        """All steps of the backward pass, in order."""
        stretches: list[Stretch] = []
        for s in range(self._last):
            rows, last = self._rows[s], stretches[-1] if stretches else None
            if last and last.rows == rows and last.length < self._most(rows):
                stretches[-1] = replace(last, length=last.length + 1)
            else:
                stretches.append(Stretch(s, 1, rows))
        return stretches

    def _most(self, rows: int) -> int:
        """How many steps of so many rows the backward pass takes together."""
        units = self._units
        # A function that is not analytic treats a complex cotangent as two real ones, so its Jacobian is not
        # a matrix.
        alone = self._case.model.complex or not (self._apart and self._form.again)
        if alone or units * units * rows > DENSE:
            return 1
        one = (
            MADE_BY_STEP
            * self._copies.dtype.itemsize
            * self._copies.count
            * rows
            * units
            * max(1, units // MADE_BY_STEP)
        )
        return max(1, TRACED // one)

    @cached_property
    def _units(self) -> int:
        """S, the number of units of all states of a row."""
        return sum(array[0].size for array in self._case.state)

    @cached_property
    def _wide(self) -> dict[str, Array]:
        """The blocks in the type of the computation."""
        return {name: array.astype(self._copies.dtype) for name, array in self._case.blocks.items()}

    @cached_property
    def _shared(self) -> dict[str, Array]:
        """The STEP blocks that are also used outside of products, with the roundings of each turn (M, TURNS,
        …).
        """
        return self._turned(Use.STEP, 0)

    @cached_property
    def _readouts(self) -> dict[str, Array]:
        """The READOUT blocks that the case has, with the roundings of each turn (M, TURNS, …)."""
        return self._turned(Use.READOUT, 1)

    def _turned(self, use: Use, place: int) -> dict[str, Array]:
        blocks, rounding = self._case.blocks, self._rounding(3 * self._case.steps, place)
        names = (block.name for block in self._case.model.of(use))
        alike = {
            name: np.broadcast_to(blocks[name], (TURNS, *blocks[name].shape))
            for name in names
            if name in blocks and name not in self._form.shared
        }
        return {name: rounding.of_array(array) for name, array in alike.items()}

    def _rounding(self, *place: int) -> Rounding:
        return self._noises.at(self._salt, *place)

    def _leaves(self, stretch: Stretch, state: State, rounding: Rounding) -> dict[str, Array]:
        """The arguments of steps by block, given the state before each (M, K rows, …)."""
        leaves = dict(self._weights)
        steps = range(stretch.first, stretch.first + stretch.length)
        for name, array in self._shared.items():
            if self._apart:
                leaves[name] = np.repeat(array[:, [s % TURNS for s in steps]], stretch.rows, axis=1)
            else:
                leaves[name] = array[:, stretch.first % TURNS]
        where = self._where(stretch).each
        for name in self._inputs:
            given = self._wide[name][where]
            leaves[name] = self._lead(given[None] if name in self._form.shared else rounding.of_array(given))
        leaves.update(zip(self._names, map(self._lead, state), strict=True))
        return leaves

    @cached_property
    def _weights(self) -> dict[str, Array]:
        """The STEP blocks that all copies share, broadcast over the copies."""
        lead = (self._copies.count, 1) if self._apart else (self._copies.count,)
        names = (block.name for block in self._case.model.of(Use.STEP))
        shared = {name: self._wide[name] for name in names if name in self._form.shared}
        return {name: np.broadcast_to(array, (*lead, *array.shape)) for name, array in shared.items()}

    def _played(self, stretch: Stretch, state: State, *place: int) -> Played[str]:
        """The steps, played from the state before each (M, K rows, …)."""
        rows, rounding = state[0].shape[1], self._rounding(stretch.first, *place)
        leaves = self._leaves(stretch, state, rounding)
        tape = self._tapes.get(rows)
        if tape is None:
            lead = (self._copies.count, rows) if self._apart else (self._copies.count,)
            traced, _ = on_tape(self._case.model, self._case.chosen, leaves, lead)
            tape = with_rules(traced, self._form)
            self._calls[tape] = calls(tape)
            if self._form.again:
                self._tapes[rows] = tape
        return tape.play(
            leaves, Context(rounding, self._rounding(stretch.first, 1), _nowhere, self._case.coarse)
        )

    @cached_property
    def states(self) -> list[State]:
        """The states before the first step, and after each."""
        states, room = [self._start], KEPT
        alone = {stretch.first for stretch in self._stretches if stretch.length == 1}
        for s in range(self._replays[0].length):
            rows = self._rows[s]
            played = self._played(Stretch(s, 1, rows), tuple(array[:, :rows] for array in states[-1]))
            self.kinked = self.kinked or self._is_kinked(played)
            if s in alone and room > 0:
                self._kept[s] = played
                room -= played.size
            rounding = self._rounding(s, 2)
            states.append(tuple(rounding.rounded(self._by_row(array)) for array in played.results))
        return states

    def _is_kinked(self, played: Played[str]) -> bool:
        """Does a function's argument stand near a kink?"""
        for numbers in self._calls[played.tape]:
            function = played.tape.entry(next(iter(numbers.values()))).args[1]
            arguments = {index: played.argument(number) for index, number in numbers.items()}
            if near_kink(function, partial(_of_copies, arguments)):
                return True
        return False

    def backward(self, sums: Sums) -> None:
        """Adds what every loss contributes to the gradients of the blocks to the sums."""
        states = self.states
        flow = [array[:, :0] for array in states[0]]
        lost = Underflow(self._case, self._copies, flow, self._apart)
        gathered: Gathered | None = None
        for stretch, losses in self._from_losses(sums):
            rows, steps = stretch.rows, range(stretch.first, stretch.first + stretch.length)
            lost.widen(rows)
            before = tuple(
                np.concatenate([array[:, :rows] for array in each], axis=1)
                if len(each) > 1
                else each[0][:, :rows]
                for each in zip(*(states[s] for s in steps), strict=True)
            )
            played = self._kept.pop(stretch.first, None) or self._played(stretch, before)
            if gathered is None or gathered.played.tape is not played.tape:
                if gathered:
                    gathered.finish()
                gathered = Gathered(sums, self._copies, self._rounding(stretch.first, 3), played)
            flow = self._back(stretch, played, losses, widened(flow, rows), lost, gathered, sums)
        if gathered:
            gathered.finish()
        rows = states[0][0].shape[1]
        lost.widen(rows)
        flow = [a + b[:, 0] for a, b in zip(widened(flow, rows), self._losses([0], rows, sums), strict=True)]
        if self._replays[0].first == 0:
            for name, array, gone in zip(self._names, flow, lost.flow, strict=True):
                sums.add(name, array, np.abs(array[0]))
                sums.lose(name, lost.bound(gone, lost.counts) + lost.below(array))

    def _back(
        self,
        stretch: Stretch,
        played: Played[str],
        losses: Sequence[Array],
        flow: Sequence[Array],
        lost: Underflow,
        gathered: Gathered,
        sums: Sums,
    ) -> list[Array]:
        """The cotangents of the states before the steps, from those of the states after them (M, rows, …).

        ``losses``: the cotangents that the losses after each of the steps contribute (M, K, rows, …).
        """
        where = self._where(stretch)
        through = self._derivative(stretch, played) if stretch.length > 1 else None
        arrived = self._apart_again(_propagated(through, self._flat(losses), self._flat(flow)))

        def take(product: Product, flow: Array, x: Array) -> None:
            gathered.add(product, flow, x, where)

        grads = self._rounded(played, arrived, take, stretch.first)
        self._to_blocks(grads, played, arrived, sums, where)
        if self._copies.draws:
            self._lose(played, arrived, through, lost, gathered, sums, where)
        return [self._by_row(grads[name])[:, : stretch.rows] for name in self._names]

    def _rounded(
        self, played: Played[str], flow: Sequence[Array], take: Take, *place: int
    ) -> dict[str, Array]:
        """The gradients of the blocks that copies do not share; in draws, every backward operation is
        rounded.
        """

        def back(cotangents: Sequence[Array], change: Change | None = None, /) -> dict[str, Array]:
            begun = played.begun([self._lead(array) for array in cotangents])
            return self._arrived(played, played.back(begun, change, replace(played.at, take=take)))

        if not self._copies.draws:
            return back(flow)
        copies_first, truth = self._form.together, self._copies.truth
        return rounded_backward(back, flow, self._unit, truth, copies_first, self._salt, *place)

    def _derivative(self, stretch: Stretch, played: Played[str]) -> Array:
        """The Jacobian of the state after each step (axis −2) by the state before it (−1): (M, K, rows, S,
        S).
        """
        shape = self._copies.count, stretch.length, stretch.rows, self._units
        made = []
        for which in range(self._units):
            cotangent = np.zeros(shape, self._copies.dtype)
            cotangent[..., which] = 1
            grads = self._rounded(played, self._apart_again(cotangent), _nowhere, stretch.first, 1 + which)
            made.append(self._flat([self._by_row(grads[name]) for name in self._names]).reshape(shape))
        return np.stack(made, axis=-2)

    def _flat(self, arrays: Sequence[Array]) -> Array:
        """All state blocks (M, …, rows, …) as one array, their units side by side."""
        each = zip(arrays, self._case.state, strict=True)
        return np.concatenate([a.reshape(*a.shape[: a.ndim + 1 - own.ndim], -1) for a, own in each], axis=-1)

    def _apart_again(self, flat: Array) -> list[Array]:
        """The inverse of ``_flat``: one array for each state block, the rows of all steps one after another
        (M, K rows, …).
        """
        ends = list(accumulate(array[0].size for array in self._case.state))
        each = zip(np.split(flat, ends[:-1], axis=-1), self._case.state, strict=True)
        return [array.reshape(len(array), -1, *own.shape[1:]) for array, own in each]

    def _arrived(self, played: Played[str], flows: dict[int, Array]) -> dict[str, Array]:
        """The gradients of the blocks that copies do not share, by name."""
        return {
            name: flows[i] if i in flows else np.zeros(played.values[i].shape, self._copies.dtype)
            for i, name in enumerate(played.tape.names)
            if name not in self._form.shared
        }

    def _to_blocks(
        self,
        grads: dict[str, Array],
        played: Played[str],
        flow: Sequence[Array],
        sums: Sums,
        where: RowStarts,
    ) -> None:
        """Adds a step's part of the gradients of the blocks that copies do not share."""
        probes: dict[str, Array] = {}
        rows = flow[0].shape[1]
        if self._shared and not self._apart and self._copies.draws and rows > 1:
            each = signs(self._copies, rows, np.random.default_rng(rows))
            begun = played.begun([_times(each, array) for array in flow])
            at = replace(played.at, take=_nowhere)
            probes = self._arrived(played, played.back(begun, None, at))
        for name in self._shared:
            grad = grads[name]
            if self._apart:
                sums.add(name, grad.sum(axis=1), np.abs(grad[0]).sum(axis=0), count=rows)
            elif name in probes:
                sums.add(name, grad, bounded(self._copies.drawn(probes[name]), rows, grad[0]))
            else:
                sums.add(name, grad, np.abs(grad[0]))
        for name in self._inputs:
            if name not in self._form.shared:
                sums.add_at(name, self._by_row(grads[name]), where)

    def _lose(
        self,
        played: Played[str],
        flow: Sequence[Array],
        through: Array | None,
        lost: Underflow,
        gathered: Gathered,
        sums: Sums,
        where: RowStarts,
    ) -> None:
        """Adds what the type may lose in the backward pass of the steps; ``flow``: cotangents after them (M,
        K rows, …).
        """
        begun: dict[int, Array] = {}
        own = [lost.started(each) for each in flow]
        started = list(own)
        for numbers in self._calls[played.tape]:
            each = {index: played.at.sent.get(number) for index, number in numbers.items()}
            if any(array is None for array in each.values()):
                continue
            started.append(lost.started(_of_copies(each)))
            begins = started[-1].flow
            if begins is not None:
                for index, number in numbers.items():
                    place = played.tape.entry(number).parents[0]
                    more = begins[index] if index else begins
                    begun[place] = begun[place] + more if place in begun else more
        # The number of flows that start at each step or after it.
        counts = np.sum([each.counts for each in started], axis=0).reshape(where.length, -1)
        counts = (lost.counts + np.cumsum(counts[::-1], axis=0)[::-1]).reshape(-1)
        rows = len(counts) // where.length
        lost.counts = counts[:rows]
        if not counts.any():
            return
        at = replace(played.at, take=_nowhere)
        begin = [
            np.zeros(d.shape, d.real.dtype) if new.flow is None else new.flow
            for d, new in zip(flow, own, strict=True)
        ]
        flat = self._flat(begin).reshape(len(flow[0]), where.length, rows, -1)
        more = None
        if through is not None and begun:
            brought = self._arrived(played, played.back(begun, None, at))
            more = self._flat([self._by_row(brought[name]) for name in self._names]).reshape(flat.shape)
        arrived = self._apart_again(_propagated(through, flat, self._flat(lost.flow), more))
        for number, array in played.begun([self._lead(array) for array in arrived]).items():
            begun[number] = begun[number] + array if number in begun else array

        def take(product: Product, flow: Array, x: Array) -> None:
            gathered.lose(product, flow, x, where, lost, counts)

        gone = self._arrived(played, played.back(begun, None, replace(at, take=take)))
        for name in self._shared:
            apart = self._apart
            size = lost.bound(gone[name], counts).sum(axis=0) if apart else lost.whole(gone[name])
            sums.lose(name, size)
        for name in self._inputs:
            if name not in self._form.shared:
                sums.lose_at(name, lost.bound(self._by_row(gone[name]), counts), where)
        lost.flow = [self._by_row(gone[name])[:, :rows] for name in self._names]

    @cached_property
    def _last(self) -> int:
        """The number of steps of a replay up to its last loss; the largest of all replays."""
        return max((t + 1 - replay.first for replay in self._replays for t in replay.losses), default=0)

    def _losses_after(self, made: int) -> Iterator[tuple[Array, dict[str, Array]]]:
        """The rows that have a loss after so many steps, and its data. Rows whose data have the same names
        come together.
        """
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

    def drawn(self, t: int) -> tuple[NamedArrays, dict[str, Array]]:
        """READOUT blocks and the objective's data at step t, rounded."""
        case, rounding = self._case, self._rounding(2 * self._case.steps + t)
        data = case.objective.data(t, case.steps) if t in case.losses else {}
        readout = {name: array[:, t % TURNS] for name, array in self._readouts.items()}
        return NamedArrays(readout), {n: rounding.of_array(array) for n, array in data.items()}

    def _from_losses(self, sums: Sums) -> Iterator[tuple[Stretch, list[Array]]]:
        """Each stretch, the last first, with the cotangents that losses contribute to the states after its
        steps.
        """
        left = list(self._stretches)
        while left:
            some = [left.pop()]
            end = some[0].first + some[0].length
            while left and end - left[-1].first <= self._most_losses(left[-1].rows):
                some.append(left.pop())
            begin = some[-1].first
            flows = self._losses(range(begin + 1, end + 1), some[-1].rows, sums)
            for stretch in some:
                k = stretch.first - begin
                yield stretch, [array[:, k : k + stretch.length, : stretch.rows] for array in flows]

    def _most_losses(self, rows: int) -> int:
        """After how many steps of so many rows losses are traced together."""
        readouts = sum(int(array[0, 0].size) for array in self._readouts.values())
        one = MADE * self._copies.dtype.itemsize * self._copies.count * (readouts + rows * self._units)
        return max(1, TRACED // max(1, one))

    def _losses(self, made: Sequence[int], rows: int, sums: Sums) -> list[Array]:
        """The cotangents that the losses after so many steps each contribute to the states (M, K, rows, …).

        Losses of the same rows with the same data names are traced together.
        """
        lead = (self._copies.count, len(made), rows)
        flows = [np.zeros((*lead, *array.shape[1:]), self._copies.dtype) for array in self._case.state]
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
            sent = self._loss((self._case.steps + made[0], number), turns, before, data, sums)
            for flow, array in zip(flows, sent, strict=True):
                for i, k in enumerate(steps):
                    flow[:, k, which] += array[:, i]
        return flows

    def _loss(
        self, place: tuple[int, ...], turns: Sequence[int], state: State, data: dict[str, Array], sums: Sums
    ) -> list[Array]:
        """The cotangents that losses contribute to the states (M, K, rows, …) after K steps, from data (K,
        rows, …).

        ``place``: identifies the noises (``Rounding.at``).
        """
        case, model, rounding = self._case, self._case.model, self._rounding(*place)
        readout = {name: np.take(array, turns, axis=1) for name, array in self._readouts.items()}
        drawn = {name: rounding.of_array(array) for name, array in data.items()}

        def losses(leaves: dict[str, Any]) -> tuple[Any]:
            p = NamedArrays({name: leaves[name] for name in readout})
            state = tuple(leaves[name] for name in self._names)
            f = Namespace(case.chosen, Arithmetic())
            copies = self._copies.count, len(turns)
            return (term(model, case.objective, f, p, drawn, state, copies),)

        back, (value,) = make_vjp(losses, readout | dict(zip(self._names, state, strict=True)))
        flow = [np.ones_like(value)]
        if self._copies.draws:
            copies_first = keeps_apart(model)
            grads = rounded_backward(
                back, flow, self._unit, self._copies.truth, copies_first, self._salt, *place
            )
        else:
            grads = back(flow)
        rows = value.shape[2]
        probes = grads
        if readout and self._copies.draws and rows > 1:
            each = signs(self._copies, rows, np.random.default_rng(place))
            probes = back([_times(each, np.swapaxes(flow[0], 1, 2)).swapaxes(1, 2)])
        for name in readout:
            terms = bounded(self._copies.drawn(probes[name]), rows, grads[name][0])
            sums.add_steps(name, grads[name], terms)
        return [grads[name] for name in self._names]


def _nowhere(product: Product, flow: Array, x: Array) -> None:
    """Ignores the product."""


def _propagated(through: Array | None, begun: Array, flow: Array, more: Array | None = None) -> Array:
    """The cotangents after each step (M, K, rows, S): those that begin there, and those that come from later
    steps.

    ``through``: the Jacobian of each step; ``flow``: the cotangent after the last step; ``more``: cotangents
    that are added before each step.
    """
    arrived = np.empty(begun.shape, np.result_type(begun, flow))
    for k in reversed(range(begun.shape[1])):
        arrived[:, k] = begun[:, k] + flow
        if through is not None and k:
            flow = np.einsum("mrij,mri->mrj", through[:, k], arrived[:, k])
            if more is not None:
                flow = flow + more[:, k]
    return arrived


def _of_copies(arrays: dict[tuple[int, ...], Array]) -> Array:
    """One array of all copies (M, …), from one that is so already, or from one array for each copy."""
    return arrays[()] if () in arrays else np.stack(list(arrays.values()))


def _times(each: Array, array: Array) -> Array:
    """Each row (M, rows, …) times its sign (M, rows)."""
    times: Array = array * each.reshape(*each.shape, *[1] * (array.ndim - 2)).astype(array.dtype)
    return times
