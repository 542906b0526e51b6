"""Records of several lengths in one batch, each padded on the right.

Records are put in order, longest first, so that those which have not ended are the first few at every step,
and a step forward is made of them alone. What lies behind a record's end is no part of the computation: its
inputs and targets are replaced by zeros before anything looks at them, and its states and every contribution
to a gradient are exactly zero. A network has no output there: it is NaN, so that nobody takes it for one.
"""

from typing import Any, NamedTuple

import numpy as np

from rnn.common.arrays import Array, as_array, checked, zeros
from rnn.common.checks import cut, kind_of, shown
from rnn.through_time.recurrence import Recurrence
from rnn.truncation import Truncation, check_truncation, first_steps


class Ends(NamedTuple):
    """Where records end: ``lengths`` (N,), longest first, and the ``order`` that puts records so."""

    lengths: Array
    order: Array

    @classmethod
    def of(cls, lengths: Array) -> "Ends":
        """Those of records of these lengths (N,), integers from 1."""
        order = np.argsort(-lengths, kind="stable")
        return cls(lengths[order], order)

    def active(self, steps: int) -> list[int]:
        """How many records have not ended, at each of so many steps."""
        counts: list[int] = np.count_nonzero(self.inside(steps), axis=1).tolist()
        return counts

    def inside(self, steps: int) -> Array:
        """Is step t a part of record n? (T, N)."""
        return np.asarray(np.arange(steps)[:, np.newaxis] < self.lengths)

    def behind(self, steps: int) -> Array:
        """Is step t behind the end of record n, in the caller's order? (N, T)."""
        return self.unsorted(~self.inside(steps).T)

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

    def last_of(self, array: Array) -> Array:
        """Of an array (T, N, …), longest record first, each record's own last, in the caller's order."""
        return self.unsorted(array[self.lengths - 1, np.arange(len(self.lengths))])

    def last_state(self, state: tuple[Array, ...]) -> tuple[Array, ...]:
        """Of a state's arrays (T + 1, N, H) each record's own last, in the caller's order."""
        return tuple(self.last_of(array[1:]) for array in state)


def checked_lengths(lengths: object, records: int, steps: int, name: str = "lengths") -> Ends:
    """The ``Ends`` of so many records, or an error that says what is wrong with ``lengths`` (N,).

    Raises TypeError unless they are an array of integers, ValueError unless there is one for each record,
    from 1 to ``steps``.
    """
    array = as_array(name, lengths)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name}: {_kind(lengths, array)}, needed an array of integers")
    if array.shape != (records,):
        given = cut(str(array.shape))
        raise ValueError(f"{name}: shape {given}, needed ({records},), one for each record")
    wrong = np.flatnonzero((array < 1) | (array > steps))
    if len(wrong):
        place = int(wrong[0])
        raise ValueError(
            f"{name}: {array[place]} at ({place},), needed from 1 to {steps}, the number of steps"
        )
    return Ends.of(array.astype(np.intp))


def _kind(given: object, array: Array) -> str:
    return f"dtype {cut(str(array.dtype))}" if isinstance(given, np.ndarray) else kind_of(given)


def checked_with_ends(
    name: str,
    xs: object,
    lengths: object,
    axes: tuple[int | str, ...],
    dtype: np.dtype[Any] | None,
    of_lengths: str = "lengths",
) -> tuple[Array, Ends]:
    """A copy of xs (N, T, D) with zeros behind each record's end, and the ends, or an error by name."""
    array = as_array(name, xs)
    if array.ndim != 3 or (dtype is not None and array.dtype != dtype) or not array.size:
        array = checked(name, array, axes, dtype)
    records, steps = array.shape[:2]
    ends = checked_lengths(lengths, records, steps, of_lengths)
    # What padding holds is nobody's business, so it is gone before anything is looked at.
    return checked(name, without_padding(array, ends), axes, dtype), ends


def unpadded(name: str, value: object, axes: int, steps: int, ends: Ends) -> Array:
    """``value`` as an array: one of so many axes, (N, T, …), with zeros behind each record's end."""
    array = as_array(name, value)
    of_steps = array.ndim == axes and array.shape[:2] == (len(ends.lengths), steps)
    return without_padding(array, ends) if of_steps else array


def without_padding(array: Array, ends: Ends) -> Array:
    """A copy of an array (N, T, …) of the caller's with zeros behind each record's end."""
    copy = array.copy()
    copy[ends.behind(array.shape[1])] = zeros((), array)
    return copy


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
