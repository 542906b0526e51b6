"""Routes: how the sweeps of a truncation travel back, alone on views or abreast as one batch.

A route makes steps back with the cell's ``steps_back``, on the carry's arrays, the slopes' and da, each with
one row a record and sweep. Between two steps it adds the losses' dh to the carry, and da to the step where it
belongs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain, islice, pairwise, repeat
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np

from rnn.arrays import Array
from rnn.cells.cell import Cell, Steps
from rnn.truncation import Sweep, Truncation, sweeps

Arrays: TypeAlias = tuple[Array, ...]
Indices: TypeAlias = Array | slice

# Offsets whose factors are copied side by side at once: enough that the copies are few, and few enough that
# they stay in the cache and take little memory beside the tape. With all offsets at once a C library hands
# memory back to the system at each call, and new pages cost more than is gained.
TOGETHER = 10


class Route(Protocol):
    """How some sweeps travel. Steps and losses are counted from the first that the arrays hold."""

    @property
    def sweeps(self) -> int:
        """How many sweeps travel here."""
        ...

    @property
    def whole(self) -> Sequence[int]:
        """Which of them reach step 0, so that what is left of their carry belongs to the initial state."""
        ...

    @property
    def enters(self) -> bool:
        """Does it go on with the carry that left the segment after?"""
        ...

    @property
    def leaves(self) -> bool:
        """Is what is left of its carry for the segment before?"""
        ...

    @property
    def depth(self) -> int:
        """How many steps the deepest of them goes back."""
        ...

    def steps_back(
        self, cell: Cell, W: Array, carry: Arrays, slopes: Arrays, dhs: Array, das: Array
    ) -> Steps:
        """The steps back, ``depth`` of them, from the last to the first: each adds its da to ``das``.

        W (G, H); ``carry``, arrays (sweeps · N, H), overwritten; ``slopes``, arrays (steps, N, ·);
        ``dhs`` (losses, N, H); ``das`` (steps, N, G).
        """
        ...


@dataclass(frozen=True)
class Alone:
    """One sweep that shares no step with another, from step ``stop`` − 1 down to ``start``.

    Everything is a view, and da is written where it belongs. The sweep collects ``losses`` losses, one a
    step, from ``last_loss`` down.
    """

    start: int
    stop: int
    last_loss: int
    losses: int
    whole: tuple[int, ...]
    enters: bool = False
    leaves: bool = False
    sweeps: int = 1

    @property
    def depth(self) -> int:
        """As in ``Route``."""
        return self.stop - self.start

    def steps_back(
        self, cell: Cell, W: Array, carry: Arrays, slopes: Arrays, dhs: Array, das: Array
    ) -> Steps:
        """As in ``Route``."""
        back = slice(self.start, self.stop)
        factors = [list(slope[back][::-1]) for slope in slopes]
        # Where da takes the first slope's place, one view serves both: making it costs half a NumPy call.
        into = factors[0] if das is slopes[0] else list(das[back][::-1])
        dh = repeat(carry[0])
        losses = dhs[self.last_loss - self.losses + 1 : self.last_loss + 1][::-1]
        steps = cell.steps_back(W, [repeat(part) for part in carry], factors, into)
        # The first steps collect a loss each, the others none.
        return chain(zip(map(np.add, dh, losses, dh), steps, strict=False), steps)


@dataclass(frozen=True)
class Abreast:
    """Several sweeps, deepest first, each a block of rows, all at the same offset from their ends.

    At offset j the sweeps still under way are a prefix, and stand at the distinct ``steps[j]``; those of them
    at ``collecting[j]`` collect the ``losses[j]`` (None where there is none). ``orders``, where no step
    is reached twice, by these or other sweeps: the steps of the first ``TOGETHER`` offsets, one offset after
    another, then those of the next, and so on; else empty.
    """

    sweeps: int
    steps: tuple[Indices, ...]
    under_way: tuple[int, ...]
    collecting: tuple[Indices, ...]
    losses: tuple[Indices | None, ...]
    whole: tuple[int, ...]
    orders: tuple[Array, ...]
    enters: bool = False
    leaves: bool = False

    @property
    def depth(self) -> int:
        """As in ``Route``."""
        return len(self.steps)

    def steps_back(
        self, cell: Cell, W: Array, carry: Arrays, slopes: Arrays, dhs: Array, das: Array
    ) -> Steps:
        """As in ``Route``."""
        _, records, units = dhs.shape
        dh = carry[0].reshape(self.sweeps, records, units)
        collect = map(_collect, repeat(dh), self.collecting, repeat(dhs), self.losses)
        rows = [sweeps * records for sweeps in self.under_way]
        moving = [[part if n == len(part) else part[:n] for n in rows] for part in carry]
        if self.orders:
            return self._disjoint(cell, W, moving, slopes, collect, das)
        factors = [map(_at, repeat(slope), self.steps) for slope in slopes]
        scratch = np.empty((len(carry[0]), das.shape[2]), das.dtype)
        into = [scratch[:n] for n in rows]
        steps = cell.steps_back(W, moving, factors, into)
        return zip(collect, steps, map(_scatter, repeat(das), self.steps, into), strict=True)

    def _disjoint(
        self,
        cell: Cell,
        W: Array,
        moving: Sequence[Sequence[Array]],
        slopes: Arrays,
        collect: Steps,
        das: Array,
    ) -> Steps:
        """Where no step is reached twice: one copy brings side by side what the next few offsets need."""
        done = 0
        for order in self.orders:
            ordered = [_rows(slope.take(order, axis=0)) for slope in slopes]
            offsets = slice(done, done + TOGETHER)
            borders = [0, *accumulate(len(part) for part in moving[0][offsets])]
            factors = [[slope[i:j] for i, j in pairwise(borders)] for slope in ordered]
            steps = cell.steps_back(W, [part[offsets] for part in moving], factors, factors[0])
            yield from zip(islice(collect, len(factors[0])), steps, strict=True)
            das[order] = ordered[0].reshape(-1, *das.shape[1:])
            done += TOGETHER


def _rows(by_step: Array) -> Array:
    """Arrays (steps, N, ·) as rows (steps · N, ·)."""
    return by_step.reshape(-1, by_step.shape[2])


def _at(slope: Array, steps: Indices) -> Array:
    """The factors of some steps, as rows."""
    return _rows(slope[steps])


def _collect(dh: Array, sweeps: Indices, dhs: Array, losses: Indices | None) -> None:
    """Add the dh of the losses that these sweeps meet."""
    if losses is not None:
        _add(dh, sweeps, dhs[losses])


def _scatter(das: Array, at: Indices, da: Array) -> None:
    """Add da to the steps where it belongs."""
    _add(das, at, da.reshape(-1, *das.shape[1:]))


def _add(array: Array, at: Indices, addend: Array) -> None:
    """``array[at] += addend``, but for what that does in vain with a slice: it assigns the view to itself."""
    part = array[at]
    np.add(part, addend, part)
    if not isinstance(at, slice):
        array[at] = part


class Segment(NamedTuple):
    """A stretch of the sequence that goes back at once: its steps start ≤ t < stop have to be known.

    The losses at first_loss ≤ t < stop are its own, and ``first`` is the earliest step that any of its sweeps
    reaches. ``tiling``: every step from there on is reached exactly once.
    """

    start: int
    stop: int
    first_loss: int
    first: int
    routes: tuple[Route, ...]
    tiling: bool


def _segments(
    truncation: Truncation, steps: int, first_loss: int, abreast: int, every: int | None = None
) -> tuple[Segment, ...]:
    """How the losses at first_loss ≤ t < steps flow back, at most ``abreast`` sweeps at a time; latest first.

    One segment, the whole sequence, unless ``every`` asks for segments of that many steps. Sweeps that share
    no step are cut at the borders, of which each is crossed by one at most, and the carry is handed on.
    Sweeps that overlap stay whole, so a segment begins as much earlier as its first sweep reaches back.
    """
    found = sweeps(truncation, steps, first_loss)
    if every is None or every >= steps:
        return (_segment(found, 0, steps, first_loss, abreast),)
    if _disjoint(found):
        earliest = min([first_loss, *(sweep.first for sweep in found)])
        borders = [*range(steps, earliest, -every), earliest]
        return tuple(
            _segment(found, start, stop, max(first_loss, start), abreast) for stop, start in pairwise(borders)
        )
    return tuple(_overlapping(found, steps, first_loss, every, abreast))


# Bound to its cache here, since `make mutation` passes over what is decorated.
segments = lru_cache(maxsize=256)(_segments)


def _disjoint(found: Sequence[Sweep]) -> bool:
    """Is no step reached by two sweeps?"""
    reached = [t for sweep in found for t in range(sweep.first, sweep.stop)]
    return len(reached) == len(set(reached))


def _overlapping(
    found: Sequence[Sweep], steps: int, first_loss: int, every: int, abreast: int
) -> Iterator[Segment]:
    """Segments of whole sweeps, whose losses take up ``every`` steps or a little more."""
    stop = steps
    while stop > first_loss:
        own = [sweep for sweep in found if stop - every < sweep.stop <= stop]
        seed = min([max(first_loss, stop - every), *(sweep.seed for sweep in own)])
        start = min([seed, *(sweep.first for sweep in own)])
        yield _segment(own, start, stop, seed, abreast)
        stop = seed


def _segment(found: Sequence[Sweep], start: int, stop: int, first_loss: int, abreast: int) -> Segment:
    """The segment of what lies in start ≤ t < stop of the sweeps, deepest first."""
    inside = [sweep for sweep in found if sweep.first < stop and sweep.stop > start]
    crossing = [sweep for sweep in inside if sweep.first < start or sweep.stop > stop]
    within = [sweep for sweep in inside if sweep not in crossing]
    # Where no loss reaches any step, the last step stands for all of them, with a da of zero.
    first = max(start, min((sweep.first for sweep in inside), default=stop - 1))
    disjoint = _disjoint(inside)
    groups = [within[i : i + abreast] for i in range(0, len(within), abreast)]
    routes = [_alone(sweep, start, stop, first, first_loss) for sweep in crossing]
    routes += [
        _alone(group[0], start, stop, first, first_loss)
        if disjoint and len(group) == 1
        else _abreast(group, first, first_loss, disjoint)
        for group in groups
    ]
    reached = sum(min(sweep.stop, stop) - max(sweep.first, start) for sweep in inside)
    return Segment(start, stop, first_loss, first, tuple(routes), disjoint and reached == stop - first)


def _alone(sweep: Sweep, start: int, stop: int, first: int, first_loss: int) -> Route:
    """The route of one sweep, or of what lies of it in start ≤ t < stop."""
    end, seed = min(sweep.stop, stop), max(sweep.seed, sweep.first, start)
    return Alone(
        start=max(sweep.first, start) - first,
        stop=end - first,
        last_loss=end - 1 - first_loss,
        losses=max(0, end - seed),
        whole=(0,) if sweep.first == 0 and start == 0 else (),
        enters=sweep.stop > stop,
        leaves=sweep.first < start,
    )


def _abreast(group: Sequence[Sweep], first: int, first_loss: int, disjoint: bool) -> Route:
    """The route of several sweeps, deepest first."""
    firsts, seeds, stops = np.array(group).T
    steps, under_way, collecting, losses, order = [], [], [], [], []
    for offset in range(group[0].depth):
        now = stops[stops - firsts > offset] - 1 - offset
        seeded = np.flatnonzero(now >= seeds[: len(now)])
        order.append(now - first)
        steps.append(_as_slice(now - first))
        under_way.append(len(now))
        collecting.append(_as_slice(seeded))
        losses.append(_as_slice(now[seeded] - first_loss) if len(seeded) else None)
    whole = tuple(np.flatnonzero(firsts == 0).tolist())
    return Abreast(
        sweeps=len(group),
        steps=tuple(steps),
        under_way=tuple(under_way),
        collecting=tuple(collecting),
        losses=tuple(losses),
        whole=whole,
        orders=tuple(np.concatenate(order[i : i + TOGETHER]) for i in range(0, len(order), TOGETHER))
        if disjoint
        else (),
    )


def _as_slice(indices: Array) -> Indices:
    """The same indices as a slice where they are evenly spaced, since a view costs less than a copy."""
    start, *rest = indices.tolist() or (0,)
    step = rest[0] - start if rest else 1
    if indices.tolist() != list(range(start, start + len(indices) * step, step)):
        return indices
    stop = start + len(indices) * step
    return slice(start, stop if stop >= 0 else None, step)
