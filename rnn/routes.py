"""Routes: how the sweeps of a truncation travel back, alone on views or abreast as one batch.

A sweep that shares no step with another goes ``Alone`` if it is the only one, or large, or crosses a border
between segments. Neighbours of one length are a batch of ``Chunks``. Any others go ``Abreast``, each at
steps of its own.

A route makes steps back with the cell's ``steps_back``, on the carry's arrays, the slopes' and da, each with
one row a record and sweep. Between two steps it adds the losses' dh to the carry, and da to the step where it
belongs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise, repeat
from math import ceil
from operator import setitem
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np

from rnn.arrays import Array, zeros
from rnn.cells.cell import Cell, Steps
from rnn.truncation import Sweep, Truncation, first_steps, sweeps

Arrays: TypeAlias = tuple[Array, ...]
Indices: TypeAlias = Array | slice

# Sweeps that share no step go one after another unless so many at least may go abreast. With fewer, which is
# with states of more than a sixteenth of ``rnn.bptt.ABREAST_BYTES``, 8 KiB, their copies cost more than the
# fewer calls save; at 8 KiB a batch takes 0.83 to 1.04 of the time.
ENOUGH_ABREAST = 16


class Das(NamedTuple):
    """Where da goes: ``array`` (steps, N, G), which may be that of the first slopes, and views by step."""

    array: Array
    by_step: Array | list[Array]

    @classmethod
    def apart(cls, array: Array) -> "Das":
        """An array whose views are made as they are needed."""
        return cls(array, array)


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

    def steps_back(self, cell: Cell, W: Array, carry: Arrays, slopes: Arrays, dhs: Array, das: Das) -> Steps:
        """The steps back, ``depth`` of them, from the last to the first: each adds its da to ``das``.

        W (G, H); ``carry``, arrays (sweeps · N, H), overwritten; ``slopes``, arrays (steps, N, ·);
        ``dhs`` (losses, N, H).
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

    def steps_back(self, cell: Cell, W: Array, carry: Arrays, slopes: Arrays, dhs: Array, das: Das) -> Steps:
        """As in ``Route``."""
        back = slice(self.start, self.stop)
        into = list(das.by_step[back][::-1])
        # Where da takes the first slope's place, one view serves both: making it costs half a NumPy call.
        factors = [into if slope is das.array else list(slope[back][::-1]) for slope in slopes]
        dh = repeat(carry[0])
        losses = dhs[self.last_loss - self.losses + 1 : self.last_loss + 1][::-1]
        steps = cell.steps_back(W, [repeat(part) for part in carry], factors, into)
        # The first steps collect a loss each, the others none.
        return chain(zip(map(np.add, dh, losses, dh), steps, strict=False), steps)


@dataclass(frozen=True)
class Chunks:
    """Neighbours of ``length`` steps each, from step ``start`` to ``stop``, with a loss on every step.

    They travel as one sweep of a batch, on copies in which a step of one lies beside the others'. The last
    may be shorter: it waits, with a dh of zero, until the others have come down to its end.
    """

    start: int
    stop: int
    first_loss: int
    length: int
    whole: tuple[int, ...]
    enters: bool = False
    leaves: bool = False

    @property
    def sweeps(self) -> int:
        """As in ``Route``."""
        return ceil((self.stop - self.start) / self.length)

    @property
    def depth(self) -> int:
        """As in ``Route``."""
        return self.length

    def steps_back(self, cell: Cell, W: Array, carry: Arrays, slopes: Arrays, dhs: Array, das: Das) -> Steps:
        """As in ``Route``."""
        own = slice(self.start, self.stop)
        losses = slice(self.first_loss, self.first_loss + self.stop - self.start)
        beside = tuple(self._beside(slope[own]) for slope in slopes)
        alone = Alone(start=0, stop=self.length, last_loss=self.length - 1, losses=self.length, whole=())
        # These slopes are copies, so da may take the place of the first in any case.
        steps = alone.steps_back(cell, W, carry, beside, self._beside(dhs[losses]), Das.apart(beside[0]))
        return chain(steps, map(self._put, [das.array[own]], [beside[0]]))

    def _beside(self, array: Array) -> Array:
        """A copy (length, sweeps · N, ·) of an array (steps, N, ·); zeros are what the last chunk lacks."""
        copy = zeros((self.length, self.sweeps, *array.shape[1:]), array)
        for part, place in self._pairs(array, copy):
            place[...] = part
        return copy.reshape(self.length, -1, array.shape[2])

    def _put(self, array: Array, copy: Array) -> None:
        """The steps of a copy back where they belong."""
        for place, part in self._pairs(array, copy.reshape(self.length, self.sweeps, *array.shape[1:])):
            place[...] = part

    def _pairs(self, array: Array, copy: Array) -> list[tuple[Array, Array]]:
        """Views of the same steps in a contiguous array (steps, N, ·) and a copy (length, sweeps, N, ·)."""
        count, rest = divmod(len(array), self.length)
        whole, last = array[: len(array) - rest], array[len(array) - rest :]
        chunks = whole.reshape(count, self.length, *array.shape[1:])
        return [(chunks.swapaxes(0, 1), copy[:, :count]), (last, copy[:rest, -1])]


@dataclass(frozen=True)
class Abreast:
    """Several sweeps, shallowest first, each a block of rows, all at the same offset from their ends.

    At offset j the last ``under_way[j]`` of them are still under way, and stand at the distinct ``steps[j]``.
    At the first offsets those at ``collecting[j]`` collect the ``losses[j]``.
    """

    sweeps: int
    steps: tuple[Indices, ...]
    under_way: tuple[int, ...]
    collecting: tuple[Indices, ...]
    losses: tuple[Indices, ...]
    whole: tuple[int, ...]
    enters: bool = False
    leaves: bool = False

    @property
    def depth(self) -> int:
        """As in ``Route``."""
        return len(self.steps)

    def steps_back(self, cell: Cell, W: Array, carry: Arrays, slopes: Arrays, dhs: Array, das: Das) -> Steps:
        """As in ``Route``."""
        rows = [sweeps * dhs.shape[1] for sweeps in self.under_way]
        moving = [_last(part, rows) for part in carry]
        factors = [map(_at, repeat(slope), self.steps) for slope in slopes]
        total = das.array
        room = np.empty((self.sweeps, *total.shape[1:]), total.dtype)
        into, das_now = _last(room.reshape(-1, total.shape[2]), rows), _last(room, self.under_way)
        # Where da takes the first slope's place, there is nothing to add it to.
        put: Callable[..., None] = setitem if total is slopes[0] else _add
        steps = zip(
            cell.steps_back(W, moving, factors, into),
            map(put, repeat(total), self.steps, das_now),
            strict=True,
        )
        dh: Array = carry[0].reshape(self.sweeps, *dhs.shape[1:])
        collect = map(_add, repeat(dh), self.collecting, map(dhs.__getitem__, self.losses))
        # As in ``Alone``: the first steps collect losses, the others none.
        return chain(zip(collect, steps, strict=False), steps)


def _last(array: Array, counts: Iterable[int]) -> list[Array]:
    """The last few of an array, for each of ``counts``."""
    length = len(array)
    return [array if count == length else array[length - count :] for count in counts]


def _at(slope: Array, steps: Indices) -> Array:
    """The factors of some steps, as rows."""
    return slope[steps].reshape(-1, slope.shape[2])


def _add(array: Array, at: Indices, addend: Array) -> None:
    """``array[at] += addend``, but for what that does in vain with a slice: it assigns the view to itself."""
    part = array[at]
    np.add(part, addend, part)
    if not isinstance(at, slice):
        array[at] = part


class Segment(NamedTuple):
    """A stretch of the sequence that goes back at once: its steps start ≤ t < stop have to be known.

    The losses at first_loss ≤ t < stop are its own, and ``first`` is the earliest step that any of its sweeps
    reaches. They reach ``reached`` steps in all, and where that is ``tiling``, every step from there on once.
    """

    start: int
    stop: int
    first_loss: int
    first: int
    routes: tuple[Route, ...]
    reached: int
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


# Bound to its cache here, since `make mutation` passes over what is decorated. Policies of two classes are
# never one key, whatever they say of being equal.
_segments_at_hand = lru_cache(maxsize=256, typed=True)(_segments)


@dataclass(frozen=True)
class _Table:
    """The policy of these first steps, of which the last is the last loss's."""

    firsts: tuple[int, ...]

    def first(self, t: int, steps: int) -> int:
        return self.firsts[t - steps]


def segments(
    truncation: Truncation, steps: int, first_loss: int, abreast: int, every: int | None = None
) -> tuple[Segment, ...]:
    """As ``_segments``, worked out once for each policy that is asked once, and for each table of answers."""
    # Looked up in the policy's own class, for a subclass may add what changes.
    if vars(type(truncation)).get("asked_once") is not True:
        truncation = _Table(first_steps(truncation, steps, first_loss))
    # It can be hashed, or does not say so.
    return _segments_at_hand(truncation, steps, first_loss, abreast, every)  # type: ignore[arg-type]


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
    """The segment of what lies in start ≤ t < stop of the sweeps, earliest first."""
    inside = [sweep for sweep in found if sweep.first < stop and sweep.stop > start]
    crossing = [sweep for sweep in inside if sweep.first < start or sweep.stop > stop]
    within = [sweep for sweep in inside if sweep not in crossing]
    # Where no loss reaches any step, the last step stands for all of them, with a da of zero.
    first = max(start, min((sweep.first for sweep in inside), default=stop - 1))
    disjoint = _disjoint(inside)
    if disjoint and abreast < ENOUGH_ABREAST:
        abreast = 1
    groups = [within[i : i + abreast] for i in range(0, len(within), abreast)]
    routes = [_alone(sweep, start, stop, first, first_loss) for sweep in crossing]
    routes += [_route(group, start, stop, first, first_loss, disjoint) for group in groups]
    reached = sum(min(sweep.stop, stop) - max(sweep.first, start) for sweep in inside)
    return Segment(
        start, stop, first_loss, first, tuple(routes), reached, disjoint and reached == stop - first
    )


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


def _route(
    group: Sequence[Sweep], start: int, stop: int, first: int, first_loss: int, disjoint: bool
) -> Route:
    """The route of some sweeps that lie in start ≤ t < stop."""
    if disjoint and len(group) == 1:
        return _alone(group[0], start, stop, first, first_loss)
    if disjoint and _are_chunks(group):
        return _chunks(group, first, first_loss)
    return _abreast(group, first, first_loss)


def _are_chunks(group: Sequence[Sweep]) -> bool:
    """Is there no gap between them, a loss on every step, and one depth, or for the last a smaller one?"""
    depth = group[0].depth
    return (
        all(before.depth == depth and before.stop == after.first for before, after in pairwise(group))
        and group[-1].depth <= depth
        and all(sweep.seed <= sweep.first for sweep in group)
    )


def _chunks(group: Sequence[Sweep], first: int, first_loss: int) -> Route:
    """The route of neighbours of one depth."""
    start, stop = group[0].first, group[-1].stop
    return Chunks(
        start=start - first,
        stop=stop - first,
        first_loss=start - first_loss,
        length=group[0].depth,
        whole=(0,) if start == 0 else (),
    )


def _abreast(group: Sequence[Sweep], first: int, first_loss: int) -> Route:
    """The route of any sweeps, shallowest first, and of those of one depth the earlier."""
    group = sorted(group, key=lambda sweep: sweep.depth)
    firsts, seeds, stops = np.array(group).T
    steps, under_way, collecting, losses = [], [], [], []
    for offset in range(group[-1].depth):
        at = stops - 1 - offset
        now = at[at >= firsts]
        seeded = np.flatnonzero((at >= firsts) & (at >= seeds))
        steps.append(_as_slice(now - first))
        under_way.append(len(now))
        if len(seeded):
            collecting.append(_as_slice(seeded))
            losses.append(_as_slice(at[seeded] - first_loss))
    return Abreast(
        sweeps=len(group),
        steps=tuple(steps),
        under_way=tuple(under_way),
        collecting=tuple(collecting),
        losses=tuple(losses),
        whole=tuple(np.flatnonzero(firsts == 0).tolist()),
    )


def _as_slice(indices: Array) -> Indices:
    """The same indices as a slice where they are evenly spaced, since a view costs less than a copy."""
    start, *rest = indices.tolist() or (0,)
    step = rest[0] - start if rest else 1
    if indices.tolist() != list(range(start, start + len(indices) * step, step)):
        return indices
    stop = start + len(indices) * step
    return slice(start, stop if stop >= 0 else None, step)
