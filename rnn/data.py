"""Sequences to learn from: a sine wave, windows over a series, a split, the article's encoding.

The article's data, in full::

    records = windows(sine_wave(200), 50)          # 150 windows and the value after each
    train, validation = split(records, train=100)  # the first 100, the last 50
    positional(train.xs)                           # what its network sees: (100, 50, 50)

Nothing here is random, and every array returned is new.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnn.common.arrays import Array, checked, zeros
from rnn.common.checks import checked_count, in_memory, kind_of
from rnn.losses import Loss, squared_error


class Records(NamedTuple):
    """Sequences with what is to be learnt from them.

    xs (N, T, D); targets (N, K) for the last step alone, or (N, T, K) for every step.
    """

    xs: Array
    targets: Array


class Batches(Protocol):
    """Batches of one's own, in place of arrays: of data that no memory holds, or that are made on the way.

    One that a training can go on with after a stop draws all that is random from the generator it is given.
    """

    def __len__(self) -> int:
        """How many batches an epoch has."""
        ...  # pragma: no cover

    def epoch(self, rng: np.random.Generator | None) -> Iterable[tuple[Array, Array]]:
        """So many pairs (xs, targets), as in ``Records``: in an order drawn from ``rng``, or in their own."""
        ...  # pragma: no cover


class Split(NamedTuple):
    """The records to learn from, and the later ones that validate the result."""

    train: Records
    validation: Records


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


def windows(series: Array, length: int) -> Records:
    """Every window of ``length`` values that has a value after it, and that value as its target.

    series (S,) gives M = S − length records: xs (M, length, 1), targets (M, 1), of its dtype.

    Raises TypeError or ValueError unless ``series`` is one axis of finite floats and
    1 ≤ length ≤ S − 1, MemoryError for windows that do not fit in memory.

    >>> xs, targets = windows(np.array([1.0, 2.0, 3.0, 4.0]), 2)
    >>> xs[:, :, 0].tolist(), targets.tolist()
    ([[1.0, 2.0], [2.0, 3.0]], [[3.0], [4.0]])
    """
    series = checked("series", series, ("S",))
    length = checked_count("length", length, 1)
    if length >= series.size:
        raise ValueError(
            f"length: {length}, needed at most {series.size - 1}: "
            f"a series of {series.size} values has to hold a window and the value after it"
        )
    xs = sliding_window_view(series[:-1], length)[:, :, np.newaxis]
    with in_memory(f"length: {length}", "less, or a shorter series"):
        return Records(xs.copy(), series[length:, np.newaxis].copy())


def split(records: tuple[Array, Array], train: int) -> Split:
    """The first ``train`` records to learn from, all later ones to validate with; none is shuffled.

    Raises TypeError or ValueError unless ``records`` is a pair as in ``Records`` and
    1 ≤ train ≤ N − 1.
    """
    xs, targets = checked_records("records", records)
    train = checked_count("train", train, 1)
    if train >= len(xs):
        raise ValueError(
            f"train: {train}, needed at most {len(xs) - 1}: "
            f"of {len(xs)} records at least one is kept for validation"
        )
    return Split(
        Records(xs[:train].copy(), targets[:train].copy()),
        Records(xs[train:].copy(), targets[train:].copy()),
    )


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
    records: tuple[Array, Array],
    inputs: int | str = "D",
    outputs: int | str = "K",
    dtype: np.dtype[Any] | None = None,
    loss: Loss = squared_error,
) -> Records:
    """``records`` as ``Records``, or an error that says what is wrong with them.

    ``inputs`` and ``outputs`` are the D and K needed, or a letter for any; ``dtype`` is the one needed, and
    targets are such as ``loss`` takes.

    Raises TypeError where it is no pair or a type of number is not the one needed, ValueError where
    a shape is none of those in ``Records`` or a value is not finite.
    """
    if not isinstance(records, tuple) or len(records) != 2:
        raise TypeError(f"{name}: {kind_of(records)}, needed a pair (xs, targets)")
    xs = checked(f"{name}.xs", records[0], ("N", "T", inputs), dtype)
    return Records(xs, loss.checked_targets(f"{name}.targets", records[1], xs, outputs, xs.dtype))
