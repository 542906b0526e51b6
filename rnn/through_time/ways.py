"""Both ways through time: segments for recurrences of which a part reads from the last step to the first.

Such a part has a time of its own, in which step t of T is T − 1 − t, and a truncation truncates it there: the
loss at step t reaches its uses of parameters at t ≤ s ≤ T − 1 − first(T − 1 − t). Window(k) reaches k jumps
to either side. So a loss has a window, from first(t) to that step, and in a stack it reaches what lies on a
path that never leaves it: no step before it is taken forward in time, none behind it backward.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

import numpy as np

from rnn.common.arrays import Array, zeros
from rnn.common.checks import shown
from rnn.through_time.routes import Reach, Segment, segment_of
from rnn.truncation import Sweep, Truncation, first_steps


def two_way(truncation: Truncation, steps: int, first_loss: int, batch: int, whole_alone: bool) -> Segment:
    """The segment of a whole sequence whose losses at first_loss ≤ t < steps flow back both ways.

    ValueError for a truncation, where there is none for what goes over the sequence.
    """
    answers = first_steps(truncation, steps, 0)
    if whole_alone and any(answers):
        needed = "rnn.Full() with levels of which one reads from both ends"
        raise ValueError(f"truncation: {shown(truncation)}, needed {needed}")
    return _two_way_at_hand(answers, steps, int(first_loss), batch)


def _two_way(answers: tuple[int, ...], steps: int, first_loss: int, batch: int) -> Segment:
    """Neighbouring losses with one window go together."""
    windows = list(zip(answers, reversed(answers), strict=True))[first_loss:]
    reaches, stop = [], first_loss
    for (first, first_back), losses in groupby(windows):
        seed, stop = stop, stop + len(list(losses))
        reaches.append(Reach(Sweep(first, seed, stop), Sweep(first_back, steps - stop, steps - seed)))
    return of_reaches(reaches, steps, first_loss, batch)


# Bound to its cache here, since `make mutation` passes over what is decorated.
_two_way_at_hand = lru_cache(maxsize=256)(_two_way)


def of_reaches(reaches: Sequence[Reach], steps: int, first_loss: int, batch: int) -> Segment:
    """The segment of some reaches; its routes are those of what goes forward in time."""
    ahead = segment_of(_reaching(reach.ahead for reach in reaches), 0, steps, first_loss, batch)
    return ahead._replace(reaches=tuple(reaches), batch=batch)


class Ways(NamedTuple):
    """A segment as what reads forward in time has it, and as what reads backward does, in its own time."""

    ahead: Segment
    back: Segment


def ways_of(segment: Segment) -> Ways:
    """Both; the second holds cotangents of every step."""
    losses = None if segment.losses is None else segment.losses[::-1]
    back = _back_at_hand(segment.reaches, segment.stop, segment.batch)
    return Ways(segment._replace(reaches=()), back._replace(losses=losses))


def _back(reaches: tuple[Reach, ...], steps: int, batch: int) -> Segment:
    """In the time of what reads backward."""
    return segment_of(_reaching(reach.back for reach in reaches), 0, steps, 0, batch)


_back_at_hand = lru_cache(maxsize=256)(_back)


def turned(array: Array, lengths: Array | None) -> Array:
    """An array (T, N, …) by steps of the other way, whichever it has: each record from its own end on.

    Zeros where a record of ``lengths`` (N,) has ended.

    >>> turned(np.array([[1, 4], [2, 0], [3, 0]]), np.array([3, 1])).tolist()
    [[3, 4], [2, 0], [1, 0]]
    """
    if lengths is None:
        return array[::-1]
    steps = np.arange(len(array))[:, np.newaxis]
    inside = steps < lengths
    found = array[np.where(inside, lengths - 1 - steps, 0), np.arange(array.shape[1])]
    found[~inside] = zeros((), array)
    return np.asarray(found)


def _reaching(sweeps: Iterable[Sweep]) -> list[Sweep]:
    """Those that reach a step, the earliest first."""
    return sorted(sweep for sweep in sweeps if sweep.depth > 0)
