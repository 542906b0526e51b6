"""Exponential smoothing with a damped trend and an additive season: a baseline, where statsmodels is there.

It finds the weights on the values that are learnt from. Forecasts are made of them here, from contexts alone,
so that a model forecasts wherever it is read. Level ℓ, trend b and season s of m steps, e_t the error of the
step that is forecast::

    e_t = x_t − (ℓ_t−1 + φ b_t−1 + s_t−m)
    ℓ_t = ℓ_t−1 + φ b_t−1 + α e_t
    b_t = φ b_t−1 + β (ℓ_t − ℓ_t−1 − φ b_t−1)
    s_t = s_t−m + γ e_t
    x_t+h = ℓ_t + (φ + … + φ^h) b_t + s

Source: Hyndman and Athanasopoulos, Forecasting: principles and practice (2021), sections 8.2 and 8.3.
"""

import warnings
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from rnn.common.arrays import Array
from rnn.learning.sizes import mean_and_deviation

# Where there is no season, the start is made of the mean of so many values, and of as many more.
BLOCK = 4

# Blocks of a context: two make the start, and as many more forget what it had wrong.
BLOCKS = 4


@dataclass(frozen=True)
class Smoothing:
    """The weights α, β and γ, the damping φ, and the steps of a season, or None."""

    level: float
    trend: float
    seasonal: float
    damping: float
    season: int | None

    @property
    def context(self) -> int:
        """How many values a forecast looks at, at the least."""
        return context_of(self.season)

    def __call__(self, contexts: Array, steps: int, beside: Array | None = None) -> Array:
        """Forecasts (N, steps) from contexts (N, C)."""
        level, trend, season = start(contexts, self.season)
        count, known = season.shape[1], contexts.shape[1]
        for place in range(count, known):
            before = level + self.damping * trend
            error = contexts[:, place] - before - season[:, place % count]
            level = before + self.level * error
            trend = self.damping * trend + self.trend * (level - before)
            season[:, place % count] += self.seasonal * error
        damped = np.cumsum(self.damping ** np.arange(1.0, steps + 1))
        places = (known + np.arange(steps)) % count
        return np.asarray(level[:, np.newaxis] + trend[:, np.newaxis] * damped + season[:, places])


def context_of(season: int | None) -> int:
    """How many values smoothing with such a season looks at, at the least."""
    return BLOCKS * (season or BLOCK)


def start(values: Array, season: int | None) -> tuple[Array, Array, Array]:
    """The level (N,), trend (N,) and season (N, m) after the first block of values (N, C), C ≥ 2 m.

    A block is a season, or ``BLOCK`` values where there is none, of which the season is zero.
    """
    size = season or BLOCK
    one, two = values[:, :size].mean(axis=1), values[:, size : 2 * size].mean(axis=1)
    trend = (two - one) / size
    # The mean stands in the middle of the block.
    middle = np.arange(size) - (size - 1) / 2
    line = one[:, np.newaxis] + trend[:, np.newaxis] * middle
    return line[:, -1], trend, values[:, :size] - line if season else np.zeros((len(values), size))


def fitted(values: Array, season: int | None) -> Smoothing | None:
    """Fitted to values (S,); None without statsmodels, and of too few values."""
    if find_spec("statsmodels") is None or len(values) < context_of(season):
        return None
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    # The weights of numbers of any size are those of the same numbers of size 1.
    mean, deviation = mean_and_deviation(values)
    values = (values - mean) / (deviation or 1.0)
    first, slope, seasons = start(values[np.newaxis], season)
    size = seasons.shape[1]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Of a series that another method suits the weights are the best that were found.
        warnings.simplefilter("ignore")
        found = ExponentialSmoothing(
            values[size:],
            trend="add",
            damped_trend=True,
            seasonal="add" if season else None,
            seasonal_periods=season,
            initialization_method="known",
            initial_level=first[0],
            initial_trend=slope[0],
            initial_seasonal=seasons[0] if season else None,
        ).fit()
    names = ("smoothing_level", "smoothing_trend", "smoothing_seasonal", "damping_trend")
    level, trend, seasonal, damping = (float(found.params[name]) for name in names)
    # Without a season its weight is NaN.
    return Smoothing(level, trend, seasonal if season else 0.0, damping, season)
