"""Records of several lengths in one batch, each padded on the right.

Records are put in order, longest first, so that those which have not ended are the first few at every step,
and a step forward is made of them alone. What lies behind a record's end is no part of the computation: its
inputs and targets are replaced by zeros before anything looks at them, and its states, its outputs and every
contribution to a gradient are exactly zero.
"""

from typing import NamedTuple

import numpy as np

from rnn.common.arrays import Array, as_array, zeros
from rnn.common.checks import cut, kind_of, shown
from rnn.through_time.recurrence import Recurrence
from rnn.truncation import Truncation, check_truncation, first_steps


class Ends(NamedTuple):
    """Where records end: ``lengths`` (N,), longest first, and the ``order`` that puts records so."""

    lengths: Array
    order: Array

    def active(self, steps: int) -> list[int]:
        """How many records have not ended, at each of so many steps."""
        counts: list[int] = np.count_nonzero(self.inside(steps), axis=1).tolist()
        return counts

    def inside(self, steps: int) -> Array:
        """Is step t a part of record n? (T, N)."""
        return np.asarray(np.arange(steps)[:, np.newaxis] < self.lengths)

    def at_end(self, steps: int) -> Array:
        """Is step t the last of record n? (T, N)."""
        return np.asarray(np.arange(1, steps + 1)[:, np.newaxis] == self.lengths)

    def sorted(self, array: Array) -> Array:
        """An array of the caller's (N, …), longest record first."""
        return np.asarray(array[self.order])

    def unsorted(self, array: Array) -> Array:
        """An array (N, …), longest record first, in the caller's order."""
        restored = np.empty_like(array)
        restored[self.order] = array
        return restored

    def without_padding(self, array: Array) -> Array:
        """A copy of an array (N, T, …), longest record first, with zeros behind each record's end."""
        copy = array.copy()
        copy[~self.inside(array.shape[1]).T] = zeros((), array)
        return copy

    def last_state(self, state: tuple[Array, ...]) -> tuple[Array, ...]:
        """Of a state's arrays (T + 1, N, H) each record's own last, in the caller's order."""
        records = np.arange(len(self.lengths))
        return tuple(self.unsorted(array[self.lengths, records]) for array in state)


def checked_lengths(lengths: object, records: int, steps: int) -> Ends:
    """The ``Ends`` of so many records, or an error that says what is wrong with ``lengths`` (N,).

    Raises TypeError unless they are an array of integers, ValueError unless there is one for each record,
    from 1 to ``steps``.
    """
    array = as_array("lengths", lengths)
    if array.dtype.kind not in "iu":
        raise TypeError(f"lengths: {_kind(lengths, array)}, needed an array of integers")
    if array.shape != (records,):
        given = cut(str(array.shape))
        raise ValueError(f"lengths: shape {given}, needed ({records},), one for each record of xs")
    wrong = np.flatnonzero((array < 1) | (array > steps))
    if len(wrong):
        place = int(wrong[0])
        raise ValueError(f"lengths: {array[place]} at ({place},), needed from 1 to {steps}, the steps of xs")
    array = array.astype(np.intp)
    order = np.argsort(-array, kind="stable")
    return Ends(array[order], order)


def _kind(given: object, array: Array) -> str:
    return f"dtype {cut(str(array.dtype))}" if isinstance(given, np.ndarray) else kind_of(given)


def without_padding(array: Array, ends: Ends) -> Array:
    """A copy of an array (N, T, …) of the caller's with zeros behind each record's end."""
    return ends.unsorted(ends.without_padding(ends.sorted(array)))


class FromOwnEnd(NamedTuple):
    """The truncation of records with one loss each, on their own last step: T is t + 1 for each of them."""

    truncation: Truncation

    def first(self, t: int, steps: int) -> int:
        """As in ``Truncation``."""
        return self.truncation.first(t, t + 1)


def own_reach(
    truncation: Truncation, ends: Ends, steps: int, of_last_step: bool, own: Recurrence
) -> Truncation:
    """The truncation that truncates each record as if it were alone, or a ValueError where none does.

    With losses on every step a truncation that counts from the end (``Tail``, or ``Chunked`` with k2 < k1)
    would have to truncate records that end elsewhere in another way. So would, wherever losses stand, any
    truncation of what reads from each record's end on, where another level is over it or below.
    """
    check_truncation(truncation)
    if of_last_step and not own.two_way:
        return FromOwnEnd(truncation)
    answers = first_steps(truncation, steps, 0)
    if own.hands_down_both_ways and any(answers) and ends.lengths.min() < steps:
        needed = "rnn.Full() with lengths, and levels of which one reads from the last step on"
        raise ValueError(f"truncation: {shown(truncation)}, needed {needed}")
    for length in sorted(set(ends.lengths.tolist())):
        if first_steps(truncation, length, 0) != answers[:length]:
            raise ValueError(
                f"truncation: {shown(truncation)}, needed one that does not count from the end, as "
                "rnn.Window(5), with lengths and a loss on every step"
            )
    return truncation
