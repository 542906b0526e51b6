"""Rounds: how the sweeps of a truncation go back through the levels of a stack.

A loss at step t reaches the uses of parameters at first(t) ≤ s ≤ t on every level, by each path from t that
stays in these steps: down a level at any of them, back in time, down again. So a sweep goes back on the
level on top from where its losses stand, and on each level below collects, at every one of its steps, what
the level above hands down there.

What is handed down belongs to the sweep. Where two sweeps share a step, as those of ``Window(k)`` do, their
cotangents of that step's input must not be added before the level below has gone back with each: added, the
later sweep's would end where it should, and the earlier one's would go on to where the later one may not. So
sweeps go in rounds, in each of which no two share a step. Full(), Tail(k) and Chunked(k) are one round,
Window(k) is k + 1, each of the losses of every (k + 1)-th step.
"""

from collections.abc import Sequence
from functools import lru_cache
from heapq import heappush, heapreplace
from typing import NamedTuple

import numpy as np

from rnn.through_time.routes import Reach, Segment, segment_of
from rnn.through_time.ways import of_reaches
from rnn.truncation import Sweep


class Round(NamedTuple):
    """Sweeps that share no step, on the level on ``top``, from its losses, and on each of those ``below``."""

    top: Segment
    below: Segment


def rounds_of(segment: Segment) -> tuple[Round, ...]:
    """The rounds of a segment: as few as the most of its sweeps that share one step."""
    if segment.reaches and segment.losses is None:
        return _rounds_both_ways(segment.reaches, segment.stop, segment.first_loss, segment.batch)
    if segment.losses is not None:
        # Of a stack that is a level of another one, and not the one on top.
        return (Round(segment, segment),)
    return _rounds_at_hand(segment.sweeps, segment.start, segment.stop, segment.first_loss, segment.batch)


def apart(spans: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The places of spans, each from a step on and up to one, in as few groups as may be.

    In a group none shares a step with another.

    >>> apart([(0, 2), (1, 3), (2, 4)])
    [[0, 2], [1]]
    """
    groups: list[list[int]] = []
    # By where they end: the group that ends earliest takes the next span, if any can.
    ends: list[tuple[int, int]] = []
    for place in sorted(range(len(spans)), key=lambda place: spans[place]):
        start, stop = spans[place]
        if ends and ends[0][0] <= start:
            group = ends[0][1]
            heapreplace(ends, (stop, group))
            groups[group].append(place)
        else:
            heappush(ends, (stop, len(groups)))
            groups.append([place])
    return groups


def _rounds(
    sweeps: tuple[Sweep, ...], start: int, stop: int, first_loss: int, batch: int
) -> tuple[Round, ...]:
    groups = apart([(sweep.first, sweep.stop) for sweep in sweeps]) or [[]]
    return tuple(_round([sweeps[i] for i in group], start, stop, first_loss, batch) for group in groups)


# Bound to its cache here, since `make mutation` passes over what is decorated.
_rounds_at_hand = lru_cache(maxsize=256)(_rounds)


def _round(group: Sequence[Sweep], start: int, stop: int, first_loss: int, batch: int) -> Round:
    """One of sweeps that share no step."""
    top = segment_of(group, start, stop, first_loss, batch)
    collecting = [Sweep(sweep.first, sweep.first, sweep.stop) for sweep in group]
    losses = np.zeros(stop, bool)
    for sweep in group:
        losses[max(sweep.seed, sweep.first) : sweep.stop] = True
    below = segment_of(collecting, start, stop, top.first, batch)
    return Round(top, below._replace(losses=losses))


def _both_ways(reaches: tuple[Reach, ...], steps: int, first_loss: int, batch: int) -> tuple[Round, ...]:
    """The same of losses that flow back both ways: none shares a step of its window with another."""
    spans = [_window(reach, steps) for reach in reaches]
    found = []
    for group in apart(spans):
        top = of_reaches([reaches[i] for i in group], steps, first_loss, batch)
        collecting = []
        losses = np.zeros(steps, bool)
        for i in group:
            (first, seed, stop), (first_back, *_) = reaches[i]
            start, end = spans[i]
            collecting.append(Reach(Sweep(first, start, end), Sweep(first_back, steps - end, steps - start)))
            losses[seed:stop] = True
        below = of_reaches(collecting, steps, 0, batch)
        found.append(Round(top, below._replace(losses=losses)))
    return tuple(found)


_rounds_both_ways = lru_cache(maxsize=256)(_both_ways)


def _window(reach: Reach, steps: int) -> tuple[int, int]:
    """From which step on, and up to which, the window of some losses goes, with their own steps."""
    ahead, back = reach
    return min(ahead.first, ahead.seed), max(steps - back.first, ahead.stop)
