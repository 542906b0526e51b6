"""Routes: how the sweeps of a truncation travel back, alone on views or abreast as one batch.

A route yields, one offset after another, what a cell's ``step_back`` works on: W, and the carry's arrays, the
slopes' and da, each with one row a record and sweep. Between two offsets it adds the losses' dh to the carry,
and da to the step where it belongs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np

from rnn.arrays import Array
from rnn.truncation import Sweep, Truncation, sweeps

Arrays: TypeAlias = tuple[Array, ...]
Indices: TypeAlias = Array | slice


class Route(Protocol):
    """How some sweeps travel. Steps are counted from the plan's first, losses from the first loss."""

    @property
    def sweeps(self) -> int:
        """How many sweeps travel here."""
        ...

    @property
    def whole(self) -> Sequence[int]:
        """Which of them reach step 0, so that what is left of their carry belongs to the initial state."""
        ...

    def places(self, W: Array, carry: Arrays, slopes: Arrays, dhs: Array, das: Array) -> Iterator[Arrays]:
        """The arguments of ``step_back``, from the last step to the first.

        W (G, H); ``carry``, arrays (sweeps · N, H); ``slopes``, arrays (steps, N, ·); ``dhs`` (losses, N, H);
        ``das`` (steps, N, G).
        """
        ...


@dataclass(frozen=True)
class Alone:
    """One sweep that shares no step with another, from step ``stop`` − 1 down to ``start``.

    Everything is a view, and da is written where it belongs. The sweep collects the losses from ``last_loss``
    down to ``first_loss``, one a step.
    """

    start: int
    stop: int
    first_loss: int
    last_loss: int
    whole: tuple[int, ...]
    sweeps: int = 1

    def places(self, W: Array, carry: Arrays, slopes: Arrays, dhs: Array, das: Array) -> Iterator[Arrays]:
        """As in ``Route``."""
        back = slice(self.start, self.stop)
        views = (*(slope[back][::-1] for slope in slopes), das[back][::-1])
        steps = zip(repeat(W), *map(repeat, carry), *views, strict=False)
        carry[0][...] = dhs[self.last_loss]
        # With one loss nothing is left to do between two offsets.
        return steps if self.first_loss == self.last_loss else self._collecting(steps, carry[0], dhs)

    def _collecting(self, steps: Iterator[Arrays], dh: Array, dhs: Array) -> Iterator[Arrays]:
        yield next(steps)
        for earlier in dhs[self.first_loss : self.last_loss][::-1]:
            np.add(dh, earlier, dh)
            yield next(steps)
        yield from steps


@dataclass(frozen=True)
class Abreast:
    """Several sweeps, deepest first, each a block of rows, all at the same offset from their ends.

    At offset j the sweeps still under way are a prefix, and stand at the distinct ``steps[j]``; those of them
    at ``collecting[j]`` collect the ``losses[j]`` (None where there is none). ``disjoint``: no step is
    reached twice, by these or other sweeps.
    """

    sweeps: int
    steps: tuple[Indices, ...]
    under_way: tuple[int, ...]
    collecting: tuple[Indices, ...]
    losses: tuple[Indices | None, ...]
    whole: tuple[int, ...]
    disjoint: bool

    def places(self, W: Array, carry: Arrays, slopes: Arrays, dhs: Array, das: Array) -> Iterator[Arrays]:
        """As in ``Route``."""
        _, records, width = das.shape
        scratch = np.empty((self.sweeps * records, width), das.dtype)
        for steps, under_way, collecting, losses in zip(
            self.steps, self.under_way, self.collecting, self.losses, strict=True
        ):
            rows = under_way * records
            moving = [part[:rows] for part in carry]
            if losses is not None:
                dh = moving[0].reshape(under_way, records, -1)
                dh[collecting] += dhs[losses]
            da = scratch[:rows]
            yield (W, *moving, *(slope[steps].reshape(rows, -1) for slope in slopes), da)
            if self.disjoint:
                das[steps] = da.reshape(under_way, records, width)
            else:
                das[steps] += da.reshape(under_way, records, width)


class Plan(NamedTuple):
    """All routes, the earliest step that any reaches, and whether each step from there is reached once."""

    routes: tuple[Route, ...]
    first: int
    tiling: bool


@lru_cache(maxsize=256)
def plan(truncation: Truncation, steps: int, first_loss: int, abreast: int) -> Plan:
    """How the losses at first_loss ≤ t < steps flow back, at most ``abreast`` sweeps at a time."""
    every = sweeps(truncation, steps, first_loss)
    # Where no loss reaches any step, the last step stands for all of them, with a da of zero.
    first = min((sweep.first for sweep in every), default=steps - 1)
    visits = sum(sweep.depth for sweep in every)
    reached = len({t for sweep in every for t in range(sweep.first, sweep.stop)})
    disjoint = visits == reached
    groups = [every[start : start + abreast] for start in range(0, len(every), abreast)]
    routes = tuple(
        _alone(*group, first, first_loss)
        if disjoint and len(group) == 1
        else _abreast(group, first, first_loss, disjoint)
        for group in groups
    )
    return Plan(routes, first, tiling=visits == reached == steps - first)


def _alone(sweep: Sweep, first: int, first_loss: int) -> Alone:
    """The route of one sweep."""
    return Alone(
        start=sweep.first - first,
        stop=sweep.stop - first,
        first_loss=max(sweep.first, sweep.seed) - first_loss,
        last_loss=sweep.stop - 1 - first_loss,
        whole=(0,) if sweep.first == 0 else (),
    )


def _abreast(group: tuple[Sweep, ...], first: int, first_loss: int, disjoint: bool) -> Abreast:
    """The route of several sweeps, deepest first."""
    firsts, seeds, stops = np.array(group).T
    steps, under_way, collecting, losses = [], [], [], []
    for offset in range(group[0].depth):
        now = stops[stops - firsts > offset] - 1 - offset
        seeded = np.flatnonzero(now >= seeds[: len(now)])
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
        disjoint=disjoint,
    )


def _as_slice(indices: Array) -> Indices:
    """The same indices as a slice where they are evenly spaced, since a view costs less than a copy."""
    start, *rest = indices.tolist() or (0,)
    step = rest[0] - start if rest else 1
    if indices.tolist() != list(range(start, start + len(indices) * step, step)):
        return indices
    stop = start + len(indices) * step
    return slice(start, stop if stop >= 0 else None, step)
