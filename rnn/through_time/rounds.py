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

from rnn.through_time.routes import Segment, segment_of
from rnn.truncation import Sweep


class Round(NamedTuple):
    """Sweeps that share no step, on the level on ``top``, from its losses, and on each of those ``below``."""

    top: Segment
    below: Segment


def rounds_of(segment: Segment) -> tuple[Round, ...]:
    """The rounds of a segment: as few as the most of its sweeps that share one step."""
    if segment.losses is not None:
        # Of a stack that is a level of another one, and not the one on top.
        return (Round(segment, segment),)
    return _rounds_at_hand(segment.sweeps, segment.start, segment.stop, segment.first_loss, segment.batch)


def apart(sweeps: Sequence[Sweep]) -> list[list[Sweep]]:
    """Sweeps in groups, in each of which none shares a step with another, and as few groups as may be.

    >>> [len(group) for group in apart([Sweep(0, 0, 2), Sweep(1, 2, 3), Sweep(2, 3, 4)])]
    [2, 1]
    """
    groups: list[list[Sweep]] = []
    # By where they end: the group that ends earliest takes the next sweep, if any can.
    ends: list[tuple[int, int]] = []
    for sweep in sorted(sweeps, key=lambda sweep: sweep.first):
        if ends and ends[0][0] <= sweep.first:
            place = ends[0][1]
            heapreplace(ends, (sweep.stop, place))
            groups[place].append(sweep)
        else:
            heappush(ends, (sweep.stop, len(groups)))
            groups.append([sweep])
    return groups


def _rounds(
    sweeps: tuple[Sweep, ...], start: int, stop: int, first_loss: int, batch: int
) -> tuple[Round, ...]:
    return tuple(_round(group, start, stop, first_loss, batch) for group in apart(sweeps) or [[]])


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
