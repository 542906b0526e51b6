"""Routes: how the sweeps of a truncation travel back, one alone on views or several as one batch.

A sweep that shares no step with another goes as a ``SingleSweep`` if it is the only one, or large, or crosses
a border between segments. Any others go as ``BatchedSweeps``, each at steps of its own.

A route makes steps back with the cell's ``steps_back``, on the carry's arrays, the local derivatives' and da,
each with one row a record and sweep. Before a step it adds the losses' cotangents to the carry, and after it
da to the step where it belongs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise, repeat
from operator import setitem
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np

from rnn.cells.cell import Arrays, Cell, Steps, StepViews
from rnn.common.arrays import Array
from rnn.common.checks import keep
from rnn.through_time.spans import Spans
from rnn.truncation import Sweep, Truncation, first_steps, sweeps

Indices: TypeAlias = Array | slice

# Sweeps that share no step go one after another unless at least so many may go as a batch. With fewer, as is
# so with states of more than a sixteenth of ``bptt.MAX_CARRY_BYTES``, 8 KiB, their copies cost more than the
# fewer calls save; at 8 KiB a batch takes 0.83 to 1.04 of the time.
MIN_BATCH = 16


class DaBuffer(NamedTuple):
    """Where da goes: ``array`` (steps, N, ·), maybe the first of the local derivatives, and its views."""

    array: Array
    views: StepViews


class Route(Protocol):
    """How some sweeps travel. Steps and losses are counted from the first that the arrays hold."""

    @property
    def sweeps(self) -> int:
        """How many sweeps travel here."""
        ...

    @property
    def to_h0(self) -> Sequence[int]:
        """Which of them reach step 0, so that what is left of their carry belongs to the initial state."""
        ...

    @property
    def carry_in(self) -> bool:
        """Does it go on with the carry that left the segment after?"""
        ...

    @property
    def carry_out(self) -> bool:
        """Is what is left of its carry for the segment before?"""
        ...

    @property
    def depth(self) -> int:
        """How many steps the deepest of them goes back."""
        ...

    @property
    def spans(self) -> Spans:
        """The sweeps as arrays, for a compiled loop."""
        ...

    def steps_back(
        self, cell: Cell, W: Array, carry: Arrays, derivatives: Arrays, cotangents: Arrays, das: DaBuffer
    ) -> Steps:
        """The steps back, ``depth`` of them, from the last to the first: each adds its da to ``das``.

        W (G, H); ``carry``, arrays (sweeps · N, H), overwritten; ``derivatives``, arrays (steps, N, ·);
        ``cotangents``, arrays (losses, N, H): ∂ℓ/∂h, and of as many more of the state's arrays as have one.
        """
        ...


@dataclass(frozen=True)
class SingleSweep:
    """One sweep that shares no step with another, from step ``stop`` − 1 down to ``start``.

    Everything is a view, and da is written where it belongs. The sweep collects ``losses`` losses, one a
    step, from ``last_loss`` down.
    """

    start: int
    stop: int
    last_loss: int
    losses: int
    to_h0: tuple[int, ...]
    carry_in: bool = False
    carry_out: bool = False
    sweeps: int = 1
    spans: Spans = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sweep = self.start, self.stop - self.losses, self.stop
        keep(self, spans=Spans.of([sweep], 0, self.stop - 1 - self.last_loss))

    @property
    def depth(self) -> int:
        """As in ``Route``."""
        return self.stop - self.start

    def steps_back(
        self, cell: Cell, W: Array, carry: Arrays, derivatives: Arrays, cotangents: Arrays, das: DaBuffer
    ) -> Steps:
        """As in ``Route``."""
        # From the last step down to the first, which is 0 at the least.
        back = slice(self.stop - 1, self.start - 1 if self.start else None, -1)
        da = list(das.views[back])
        # Where da takes the first one's place, one view serves both: making it costs half a NumPy call.
        factors = [da if each is das.array else list(each[back]) for each in derivatives]
        collected = slice(self.last_loss - self.losses + 1, self.last_loss + 1)
        steps = cell.steps_back(W, [repeat(part) for part in carry], factors, da)
        collecting = steps
        for part, each in zip(carry, cotangents, strict=False):
            collecting = _collecting(collecting, part, each[collected][::-1])
        return chain(collecting, steps)


@dataclass(frozen=True)
class BatchedSweeps:
    """Several sweeps, shallowest first, each a block of rows, all at the same offset from their ends.

    At offset j the last ``active[j]`` of them are still on their way, and stand at the distinct ``steps[j]``.
    At the first offsets those at ``collecting[j]`` collect the ``losses[j]``.
    """

    sweeps: int
    steps: tuple[Indices, ...]
    active: tuple[int, ...]
    collecting: tuple[Indices, ...]
    losses: tuple[Indices, ...]
    to_h0: tuple[int, ...]
    spans: Spans = field(repr=False, compare=False)
    carry_in: bool = False
    carry_out: bool = False

    @property
    def depth(self) -> int:
        """As in ``Route``."""
        return len(self.steps)

    def steps_back(
        self, cell: Cell, W: Array, carry: Arrays, derivatives: Arrays, cotangents: Arrays, das: DaBuffer
    ) -> Steps:
        """As in ``Route``."""
        total = das.array
        records, columns = total.shape[1:]
        batch = np.empty((self.sweeps, records, columns), total.dtype)
        rows = [sweeps * records for sweeps in self.active]
        steps = cell.steps_back(
            W,
            [_last(part, rows) for part in carry],
            [map(_rows_at, repeat(each), self.steps) for each in derivatives],
            _last(batch.reshape(-1, columns), rows),
        )
        # Where da takes the place of the first derivatives, there is nothing to add it to.
        put: Callable[..., None] = setitem if total is derivatives[0] else _add
        by_sweep = [part.reshape(self.sweeps, records, -1) for part in carry]
        for j, (at, da) in enumerate(zip(self.steps, _last(batch, self.active), strict=True)):
            if j < len(self.losses):
                for part, d in zip(by_sweep, cotangents, strict=False):
                    _add(part, self.collecting[j], d[self.losses[j]])  # dh += ∂ℓ/∂h
            next(steps)
            put(total, at, da)
            yield


def _collecting(steps: Steps, part: Array, cotangents: Array) -> Steps:
    """As many steps as there are cotangents, each added to a part of the carry before its step."""
    add = np.add
    for d in cotangents:
        add(part, d, part)  # dh += ∂ℓ/∂h
        yield next(steps)


def _last(array: Array, counts: Iterable[int]) -> list[Array]:
    """The last few of an array, for each of ``counts``."""
    length = len(array)
    return [array if count == length else array[length - count :] for count in counts]


def _rows_at(array: Array, steps: Indices) -> Array:
    """What an array holds of some steps, as rows."""
    return array[steps].reshape(-1, array.shape[2])


def _add(array: Array, at: Indices, addend: Array) -> None:
    """``array[at] += addend``, without the write-back of a slice to itself."""
    part = array[at]
    np.add(part, addend, part)
    if not isinstance(at, slice):
        array[at] = part


class Reach(NamedTuple):
    """Of some losses the sweep forward in time, and the one in the time of what reads backward."""

    ahead: Sweep
    back: Sweep


class Segment(NamedTuple):
    """A stretch of the sequence that goes back at once: its steps start ≤ t < stop have to be known.

    The losses at first_loss ≤ t < stop are its own, and ``first`` is the earliest step that any of its sweeps
    reaches. ``covers_once``: they come to every step from there on, and to none twice. ``sweeps`` are those
    that travel on its routes, whole where a border cuts them, and at most ``batch`` of them at a time.
    ``losses`` (T,), below the top of a stack: the steps at which losses of theirs stand; None elsewhere.
    ``reaches``: of what flows back both ways (``rnn.through_time.ways``).
    """

    start: int
    stop: int
    first_loss: int
    first: int
    routes: tuple[Route, ...]
    covers_once: bool
    sweeps: tuple[Sweep, ...]
    batch: int
    losses: Array | None = None
    reaches: tuple[Reach, ...] = ()

    @property
    def first_sent(self) -> int:
        """The first step whose loss sends something back."""
        return self.first_loss if self.reaches else self.first


def _segments(
    truncation: Truncation, steps: int, first_loss: int, batch: int, every: int | None = None
) -> tuple[Segment, ...]:
    """How the losses at first_loss ≤ t < steps flow back, at most ``batch`` sweeps at a time; latest first.

    One segment, the whole sequence, unless ``every`` asks for segments of that many steps. Sweeps that share
    no step are cut at the borders, of which each is crossed by one at most, and the carry is handed on.
    Sweeps that overlap stay whole, so a segment begins as much earlier as its first sweep reaches back.
    """
    found = sweeps(truncation, steps, first_loss)
    if every is None or every >= steps:
        return (segment_of(found, 0, steps, first_loss, batch),)
    return cut(found, steps, first_loss, batch, every)


def cut(found: Sequence[Sweep], steps: int, first_loss: int, batch: int, every: int) -> tuple[Segment, ...]:
    """The sweeps of losses at first_loss ≤ t < steps in segments of so many steps; the latest first."""
    if _disjoint(found):
        earliest = min([first_loss, *(sweep.first for sweep in found)])
        borders = [*range(steps, earliest, -every), earliest]
        return tuple(
            segment_of(found, start, stop, max(first_loss, start), batch) for stop, start in pairwise(borders)
        )
    return tuple(_overlapping(found, steps, first_loss, every, batch))


# Bound to its cache here, since `make mutation` passes over what is decorated. Truncations of two classes are
# never one key, whatever they say of being equal.
_segments_at_hand = lru_cache(maxsize=256, typed=True)(_segments)


@dataclass(frozen=True)
class _Table:
    """The truncation of these first steps, of which the last is the last loss's."""

    firsts: tuple[int, ...]

    def first(self, t: int, steps: int) -> int:
        return self.firsts[t - steps]


def segments(
    truncation: Truncation, steps: int, first_loss: int, batch: int, every: int | None = None
) -> tuple[Segment, ...]:
    """As ``_segments``, once for each truncation that is asked once, and for each table of answers."""
    # Looked up in the truncation's own class, for a subclass may add what changes.
    if vars(type(truncation)).get("asked_once") is not True:
        truncation = _Table(first_steps(truncation, steps, first_loss))
    # It can be hashed, or does not say so.
    return _segments_at_hand(truncation, steps, first_loss, batch, every)  # type: ignore[arg-type]


def _disjoint(found: Sequence[Sweep]) -> bool:
    """Is no step reached by two sweeps?"""
    reached = [t for sweep in found for t in range(sweep.first, sweep.stop)]
    return len(reached) == len(set(reached))


def _overlapping(
    found: Sequence[Sweep], steps: int, first_loss: int, every: int, batch: int
) -> Iterator[Segment]:
    """Segments of whole sweeps, whose losses take up ``every`` steps or a little more."""
    stop = steps
    while stop > first_loss:
        own = [sweep for sweep in found if stop - every < sweep.stop <= stop]
        seed = min([max(first_loss, stop - every), *(sweep.seed for sweep in own)])
        start = min([seed, *(sweep.first for sweep in own)])
        yield segment_of(own, start, stop, seed, batch)
        stop = seed


def segment_of(found: Sequence[Sweep], start: int, stop: int, first_loss: int, batch: int) -> Segment:
    """The segment of what lies in start ≤ t < stop of the sweeps, earliest first."""
    inside = [sweep for sweep in found if sweep.first < stop and sweep.stop > start]
    crossing = [sweep for sweep in inside if sweep.first < start or sweep.stop > stop]
    within = [sweep for sweep in inside if sweep not in crossing]
    # Where no loss reaches any step, a single da of zero is returned, the last step's.
    first = max(start, min((sweep.first for sweep in inside), default=stop - 1))
    disjoint = _disjoint(inside)
    if disjoint and batch < MIN_BATCH:
        batch = 1
    groups = [within[i : i + batch] for i in range(0, len(within), batch)]
    routes = [_single(sweep, start, stop, first, first_loss) for sweep in crossing]
    routes += [_route(group, start, stop, first, first_loss, disjoint) for group in groups]
    visits = sum(min(sweep.stop, stop) - max(sweep.first, start) for sweep in inside)
    covers_once = disjoint and visits == stop - first
    return Segment(start, stop, first_loss, first, tuple(routes), covers_once, tuple(inside), batch)


def _single(sweep: Sweep, start: int, stop: int, first: int, first_loss: int) -> Route:
    """The route of one sweep, or of what lies of it in start ≤ t < stop."""
    end, seed = min(sweep.stop, stop), max(sweep.seed, sweep.first, start)
    return SingleSweep(
        start=max(sweep.first, start) - first,
        stop=end - first,
        last_loss=end - 1 - first_loss,
        losses=max(0, end - seed),
        to_h0=(0,) if sweep.first == 0 and start == 0 else (),
        carry_in=sweep.stop > stop,
        carry_out=sweep.first < start,
    )


def _route(
    group: Sequence[Sweep], start: int, stop: int, first: int, first_loss: int, disjoint: bool
) -> Route:
    """The route of some sweeps that lie in start ≤ t < stop."""
    if disjoint and len(group) == 1:
        return _single(group[0], start, stop, first, first_loss)
    return _batched(group, first, first_loss)


def _batched(group: Sequence[Sweep], first: int, first_loss: int) -> Route:
    """The route of any sweeps, shallowest first, and of those of one depth the earlier."""
    group = sorted(group, key=lambda sweep: sweep.depth)
    firsts, seeds, stops = np.array(group).T
    steps, active, collecting, losses = [], [], [], []
    for offset in range(group[-1].depth):
        at = stops - 1 - offset
        now = at[at >= firsts]
        seeded = np.flatnonzero((at >= firsts) & (at >= seeds))
        steps.append(_as_slice(now - first))
        active.append(len(now))
        if len(seeded):
            collecting.append(_as_slice(seeded))
            losses.append(_as_slice(at[seeded] - first_loss))
    return BatchedSweeps(
        sweeps=len(group),
        steps=tuple(steps),
        active=tuple(active),
        collecting=tuple(collecting),
        losses=tuple(losses),
        to_h0=tuple(np.flatnonzero(firsts == 0).tolist()),
        spans=Spans.of(group, first, first_loss),
    )


def _as_slice(indices: Array) -> Indices:
    """The same indices as a slice where they are evenly spaced, since a view costs less than a copy."""
    start, *rest = indices.tolist() or (0,)
    step = rest[0] - start if rest else 1
    if indices.tolist() != list(range(start, start + len(indices) * step, step)):
        return indices
    stop = start + len(indices) * step
    return slice(start, stop if stop >= 0 else None, step)
