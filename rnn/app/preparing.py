"""What a network sees of a series: scaled windows of it, of which the later ones are kept to test it.

The split is chronological: the first values are for training, later ones choose the epoch, and by the last
nothing is chosen. Mean and scale are those of the training values.
"""

from dataclasses import dataclass
from math import inf

import numpy as np

from rnn.app.transformation import Transformation
from rnn.common.arrays import Array
from rnn.learning.sizes import mean_and_deviation, scaled

# The shares of the values that choose the epoch and that test the result; the rest is for training.
VALIDATION = TEST = 0.15


AS_THEY_ARE = Transformation()


@dataclass(frozen=True)
class Scaling:
    """Values, or what they are transformed into, in units of their own size."""

    mean: float
    scale: float
    transformation: Transformation = AS_THEY_ARE

    def forward(self, values: Array) -> Array:
        """What the network sees of values (N, S): (N, S − before)."""
        return np.asarray((self.transformation.forward(values) - self.mean) / self.scale)

    def back(self, outputs: Array, values: Array) -> Array:
        """The values that outputs (N, steps) stand for, after the values (N, C) of each record."""
        return self.transformation.back(self.mean + self.scale * outputs, values)


def learn_scaling(values: Array, transformation: Transformation) -> Scaling:
    """The scaling of the values that are learnt from. ValueError for numbers too large to compute with."""
    with np.errstate(over="ignore", invalid="ignore"):
        seen = transformation.forward(values)
        mean, deviation = map(float, mean_and_deviation(seen))
    if not (abs(mean) < inf and deviation < inf):
        raise ValueError("the series: numbers so large that their spread is none, needed smaller ones")
    # What never changes has no spread, and its mean says all.
    return Scaling(mean, deviation if deviation > 1e-12 * abs(mean) else 1.0, transformation)


@dataclass(frozen=True)
class Cut:
    """How many values are for training, and how many come before those that test."""

    train: int
    validation: int
    total: int


def cut(total: int, context: int) -> Cut:
    """Where a series of so many values is cut, if the first part holds more than the context of a forecast.

    ValueError for one that is too short.
    """
    validation = total - max(1, round(TEST * total))
    train = validation - max(1, round(VALIDATION * total))
    if train <= context + 1:
        raise ValueError(
            f"the series: {total} values, of which {max(0, train)} are learnt from, "
            f"needed more than {context + 1} to learn from, or a shorter --length"
        )
    return Cut(train, validation, total)


def check_seen(name: str, values: Array, scaling: Scaling) -> None:
    """ValueError where values (S,) are too large, beside those that were learnt from, to be scaled."""
    with np.errstate(over="ignore", invalid="ignore"):
        seen = scaling.forward(values[np.newaxis])
    if scaling.transformation.logs and not (values > 0).all():
        raise ValueError(
            f"{name}: values of 0 or less, needed ones above 0, since their logarithms are learnt"
        )
    if not np.isfinite(seen).all():
        raise ValueError(f"{name}: later numbers so large beside the first, needed ones of a size")


def contexts(values: Array, first: int, last: int, length: int) -> Array:
    """The ``length`` values up to each of the places first … last: (last − first + 1, length)."""
    stop = np.lib.stride_tricks.sliding_window_view(values, length)
    return np.asarray(stop[first - length + 1 : last - length + 2])


def season_of(values: Array, most: int) -> int | None:
    """After how many steps the changes of a series repeat themselves most, if they do: 2 at least.

    The lag, of those up to ``most``, at which their autocorrelation has its highest peak, above
    ``REPEATS``.
    """
    changes = np.diff(scaled(values)[0])
    changes = changes - changes.mean()
    power = float(changes.dot(changes))
    lags = range(1, min(most, len(changes) // 2) + 2)
    if len(lags) < 3 or not 0 < power < inf:
        return None
    found = np.array([changes[lag:].dot(changes[:-lag]) for lag in lags]) / power
    peaks = [
        (found[place], lags[place])
        for place in range(1, len(found) - 1)
        if found[place] >= max(found[place - 1], found[place + 1])
    ]
    height, season = max(peaks, default=(0.0, 0), key=lambda peak: (peak[0], -peak[1]))
    return season if height > REPEATS else None


# An autocorrelation that noise alone hardly reaches, in as few as forty values: two standard errors are 0.32.
REPEATS = 0.33
