"""What forecasts: the network, and the honest baselines that stand beside it wherever a figure is shown.

A predictor is a function from contexts (N, C), the values up to N origins, and a number of steps to forecasts
(N, steps). A baseline sees what the network sees and no more.
"""

from collections.abc import Callable, Mapping
from math import ceil, nan
from typing import TypeAlias

import numpy as np

from rnn.app.preparing import Scaling
from rnn.arrays import Array
from rnn.cells import Params
from rnn.data import Records
from rnn.generation import free_run
from rnn.network import RNN

Predictor: TypeAlias = Callable[[Array, int], Array]

NETWORK = "the network"
LAST, SEASONAL, LINEAR = "the last value", "the season before", "linear autoregression"


def predictors(
    net: RNN, params: Params, scaling: Scaling, length: int, season: int | None, linear: Array
) -> Mapping[str, Predictor]:
    """By name, the network first."""

    def seen(contexts: Array) -> Array:
        return scaling.forward(contexts)[:, -length:]

    def network(contexts: Array, steps: int) -> Array:
        alone = free_run(net, params, np.ascontiguousarray(seen(contexts))[:, :, np.newaxis], steps)
        return scaling.back(alone[:, :, 0], contexts[:, -1])

    def last(contexts: Array, steps: int) -> Array:
        return np.repeat(contexts[:, -1:], steps, axis=1)

    def autoregression(contexts: Array, steps: int) -> Array:
        values = seen(contexts)[:, -(len(linear) - 1) :]
        for _ in range(steps):
            ahead = linear[0] + values[:, -(len(linear) - 1) :] @ linear[1:]
            values = np.concatenate([values, ahead[:, np.newaxis]], axis=1)
        return scaling.back(values[:, -steps:], contexts[:, -1])

    found: dict[str, Predictor] = {NETWORK: network, LAST: last}
    if season is not None:
        found[SEASONAL] = lambda contexts, steps: np.take(
            contexts[:, -season:], np.arange(steps) % season, axis=1
        )
    return {**found, LINEAR: autoregression}


def fit_linear(records: Records) -> Array:
    """c, φ_p, …, φ_1 (p + 1,) of x_t = c + Σ φ_k x_t−k by least squares, p the windows' length or less.

    p is at most a third of the number of windows, so that they say something of each coefficient.
    """
    xs, targets = records
    order = max(1, min(xs.shape[1], len(xs) // 3))
    columns = np.concatenate([np.ones((len(xs), 1)), xs[:, -order:, 0]], axis=1)
    return np.asarray(np.linalg.lstsq(columns, targets[:, 0])[0])


def errors(
    found: Mapping[str, Predictor], values: Array, contexts: Array, first: int, steps: int
) -> dict[str, Array]:
    """By name, forecast less truth, (N, steps), from the origins first, first + 1, …; NaN beyond the values.

    ``contexts`` (N, C) are those of the origins; the truth of step h from origin o is values[o + h].
    """
    ahead = first + 1 + np.arange(len(contexts))[:, np.newaxis] + np.arange(steps)
    truth = np.append(values, np.nan)[np.minimum(ahead, len(values))]
    return {name: predict(contexts, steps) - truth for name, predict in found.items()}


def rmse_by_step(error: Array) -> Array:
    """The root of the mean squared error of each step, (steps,); NaN where there is none."""
    there = ~np.isnan(error)
    count = there.sum(axis=0)
    total = np.square(np.where(there, error, 0)).sum(axis=0)
    return np.where(count > 0, np.sqrt(total / np.maximum(count, 1)), np.nan)


def rmse_of(error: Array) -> float:
    """The root of the mean squared error of all, none of which is NaN."""
    return float(np.sqrt(np.mean(np.square(error))))


def half_widths(error: Array, share: float) -> Array:
    """How far a forecast of each step has to be widened for that share of errors (N, steps): (steps,).

    Of n errors the ⌈(n + 1) share⌉-th smallest size, and NaN where that is more than there are: too few say
    nothing of so large a share.

    Source: Lei, G'Sell, Rinaldo, Tibshirani and Wasserman (2018), algorithm 2, here on errors that depend on
    each other, for which the share is no promise.
    """
    return np.array([_half_width(column[~np.isnan(column)], share) for column in error.T])


def _half_width(error: Array, share: float) -> float:
    rank = ceil((len(error) + 1) * share)
    return float(np.sort(np.abs(error))[rank - 1]) if rank <= len(error) else nan
