"""Numbers in units of their spread about their mean, learnt from weighted records."""

from typing import NamedTuple

import numpy as np

from rnn.common.arrays import Array
from rnn.learning.sizes import mean_and_deviation

# A spread below this share of the mean is what rounding makes of numbers that are all one.
ROUNDING = 1e-12


class Scale(NamedTuple):
    """The mean and the spread (D,) of values (N, …, D) over all axes but the last."""

    mean: Array
    spread: Array

    def forward(self, values: Array) -> Array:
        """The values in these units, in their own type."""
        return np.asarray((values - self.mean) / self.spread, values.dtype)

    def back(self, scaled: Array) -> Array:
        """The values that are so in these units, in the type of these."""
        return np.asarray(self.mean + self.spread * scaled, scaled.dtype)


def learn_scale(values: Array, weights: Array) -> Scale:
    """The scale of values (N, …, D), record n counted ``weights[n]`` times. What never changes has spread 1.

    Weights may have more axes of the values: those of (N, T) count each step.

    >>> learn_scale(np.array([[1.0], [3.0], [9.0]]), np.array([1.0, 1.0, 0.0]))
    Scale(mean=array([2.]), spread=array([1.]))
    """
    each = np.broadcast_to(weights[(..., *[np.newaxis] * (values.ndim - weights.ndim))], values.shape)
    axes = tuple(range(values.ndim - 1))
    mean, spread = mean_and_deviation(values, axes, each)
    return Scale(mean, np.where(spread > ROUNDING * np.abs(mean), spread, 1.0))
