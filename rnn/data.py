"""Sequences to learn from: a sine wave, windows over a series, a split, the article's encoding.

The article's data, in full::

    records = windows(sine_wave(200), 50)          # 150 windows and the value after each
    train, validation = split(records, train=100)  # the first 100, the last 50
    positional(train.xs)                           # what its network sees: (100, 50, 50)

Nothing here is random, and every array returned is new.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar, overload

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnn.calls.lengths import checked_with_ends, unpadded
from rnn.common.arrays import Array, checked, zeros
from rnn.common.checks import checked_count, in_memory, kind_of, shown
from rnn.losses import Loss, squared_error


class Records(NamedTuple):
    """Sequences with what is to be learnt from them.

    xs (N, T, D); targets (N, K) for the last step alone, or (N, T, K) for every step.
    """

    xs: Array
    targets: Array


class Ragged(NamedTuple):
    """Records that end early: ``lengths`` (N,), integers from 1 to T, says after how many steps each.

    xs and targets as in ``Records``, where the last step is now each record's own. What stands behind an end
    is padding: anything, NaN too, and never read.
    """

    xs: Array
    targets: Array
    lengths: Array


Data: TypeAlias = tuple[Array, Array] | tuple[Array, Array, Array]
"""What is learnt from or validated with: a pair as in ``Records``, or three arrays as in ``Ragged``."""

Kind = TypeVar("Kind", Records, Ragged)


class Batches(Protocol):
    """Your own batches instead of arrays: for data that do not fit in memory, or are made on the way.

    If a training run is to be resumed, all that is random must be drawn from the generator that is given.
    """

    def __len__(self) -> int:
        """How many batches an epoch has."""
        ...  # pragma: no cover

    def epoch(self, rng: np.random.Generator | None) -> Iterable[Data]:
        """So many, as in ``Records`` or ``Ragged``, in an order drawn from ``rng``, or in their own."""
        ...  # pragma: no cover


class Split(NamedTuple, Generic[Kind]):
    """The records to learn from, and the later ones that validate the result."""

    train: Kind
    validation: Kind


def sine_wave(steps: int) -> Array:
    """sin(x) at x = 0, 1, …, steps − 1, one radian a step: (steps,), float64.

    Raises TypeError or ValueError unless ``steps`` is an integer of at least 1, MemoryError for more steps
    than fit in memory.

    >>> sine_wave(3).round(3).tolist()
    [0.0, 0.841, 0.909]
    """
    steps = checked_count("steps", steps, 1)
    with in_memory(f"steps: {steps}", "fewer"):
        return np.sin(np.arange(steps, dtype=np.float64))


def windows(series: Array, length: int, targets: Sequence[int] | None = None) -> Records:
    """Every window of ``length`` rows that has a row after it, and that row as its target.

    series (S, D), D columns in S rows, or (S,) for one column, gives M = S − length records: xs
    (M, length, D), and targets (M, K) of the K columns that ``targets`` names by their places, 0 to D − 1, in
    its order, or of all. The inputs are all columns. All have the dtype of the series.

    Raises TypeError or ValueError unless ``series`` has one or two axes of finite floats, 1 ≤ length ≤ S − 1,
    and ``targets`` are places of columns, MemoryError for windows that do not fit in memory.

    >>> xs, targets = windows(np.array([1.0, 2.0, 3.0, 4.0]), 2)
    >>> xs[:, :, 0].tolist(), targets.tolist()
    ([[1.0, 2.0], [2.0, 3.0]], [[3.0], [4.0]])
    >>> xs, targets = windows(np.array([[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]]), 1, targets=[1])
    >>> xs.tolist(), targets.tolist()
    ([[[1.0, 5.0]], [[2.0, 6.0]]], [[6.0], [7.0]])
    """
    series = checked("series", series, ("S", "D"), also=(("S",),))
    rows = series.reshape(len(series), -1)
    length = checked_count("length", length, 1)
    if length >= len(rows):
        raise ValueError(
            f"length: {length}, needed at most {len(rows) - 1}: "
            f"a series of {len(rows)} values has to hold a window and the value after it"
        )
    columns = _columns(targets, rows.shape[1])
    xs = sliding_window_view(rows[:-1], length, axis=0).swapaxes(1, 2)
    with in_memory(f"length: {length}", "less, or a shorter series"):
        return Records(xs.copy(), np.take(rows[length:], columns, axis=1))


def _columns(targets: object, among: int) -> list[int]:
    """The places of columns, all of them for None, or an error that names the one that is none."""
    if targets is None:
        return list(range(among))
    if not isinstance(targets, list | tuple | range):
        raise TypeError(f"targets: {shown(targets)}, needed a list of columns, as [0], or None")
    if not targets:
        raise ValueError(f"targets: {shown(targets)}, needed at least one column")
    columns = [checked_count(f"targets[{place}]", column, 0) for place, column in enumerate(targets)]
    for place, column in enumerate(columns):
        if column >= among:
            raise ValueError(f"targets[{place}]: {column}, needed at most {among - 1}, the last column")
    return columns


@overload
def split(records: tuple[Array, Array], train: int) -> Split[Records]: ...
@overload
def split(records: tuple[Array, Array, Array], train: int) -> Split[Ragged]: ...


def split(records: Data, train: int) -> Split[Any]:
    """The first ``train`` records to learn from, all later ones to validate with; none is shuffled.

    Raises TypeError or ValueError unless ``records`` are as in ``Records`` or as in ``Ragged``, and
    1 ≤ train ≤ N − 1.
    """
    found = checked_records("records", records)
    count, train = len(found.xs), checked_count("train", train, 1)
    if train >= count:
        raise ValueError(
            f"train: {train}, needed at most {count - 1}: "
            f"of {count} records at least one is kept for validation"
        )
    kind = type(found)
    parts = (slice(train), slice(train, None))
    return Split(*(kind(*(array[own].copy() for array in found)) for own in parts))


def positional(xs: Array) -> Array:
    """The article's input encoding: (N, T, 1) to (N, T, T).

    At step t the network sees a vector that is zero but for entry t, which holds x_t. U is then
    (H, T), a weight of its own for every step: U[:, t] x_t.

    Raises TypeError or ValueError unless ``xs`` is (N, T, 1) and holds finite numbers, MemoryError for an
    encoding that does not fit in memory.

    >>> positional(np.array([[[5.0], [6.0]]])).tolist()
    [[[5.0, 0.0], [0.0, 6.0]]]
    """
    xs = checked("xs", xs, ("N", "T", 1))
    records, steps, _ = xs.shape
    with in_memory(f"xs: shape {xs.shape}", "fewer records or steps"):
        encoded = zeros((records, steps, steps), xs)
    diagonal = np.arange(steps)
    encoded[:, diagonal, diagonal] = xs[:, :, 0]
    return encoded


def checked_records(
    name: str,
    records: Data,
    inputs: int | str = "D",
    outputs: int | str = "K",
    dtype: np.dtype[Any] | None = None,
    loss: Loss = squared_error,
) -> Records | Ragged:
    """``records`` as ``Records`` or ``Ragged``, or an error that says what is wrong with them.

    ``inputs`` and ``outputs`` are the D and K needed, or a letter for any; ``dtype`` is the one needed, and
    targets are such as ``loss`` takes. With lengths the arrays are copies, with zeros for padding.

    Raises TypeError where it is no pair and no three arrays, or a type of number is not the one needed,
    ValueError where a shape is none of those in ``Records`` or a value is not finite.
    """
    if not isinstance(records, tuple) or len(records) not in (2, 3):
        raise TypeError(f"{name}: {kind_of(records)}, needed a pair (xs, targets), or (xs, targets, lengths)")
    axes, of_targets = ("N", "T", inputs), f"{name}.targets"
    if len(records) == 2:
        xs = checked(f"{name}.xs", records[0], axes, dtype)
        return Records(xs, loss.checked_targets(of_targets, records[1], xs, outputs, xs.dtype))
    xs, ends = checked_with_ends(f"{name}.xs", records[0], records[2], axes, dtype, f"{name}.lengths")
    targets = unpadded(of_targets, records[1], 2 + loss.target_axes, xs.shape[1], ends)
    targets = loss.checked_targets(of_targets, targets, xs, outputs, xs.dtype)
    return Ragged(xs, targets, ends.unsorted(ends.lengths))
