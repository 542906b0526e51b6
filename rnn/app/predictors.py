"""What forecasts: the network, and the honest baselines that stand beside it wherever a figure is shown.

A predictor is a function from contexts (N, C), the values up to N origins, and a number of steps to forecasts
(N, steps). A baseline sees what the network sees and no more. What is too large for a float is infinite: a
forecast, an error, or a figure.
"""

from collections.abc import Callable, Mapping
from math import ceil, inf, nan
from typing import TypeAlias

import numpy as np

from rnn.app.preparing import Scaling
from rnn.app.threads import held
from rnn.app.waiting import REPORTED, unreported
from rnn.cells import Params
from rnn.common.arrays import Array
from rnn.console.progress import Show
from rnn.data import Records
from rnn.generation import free_run
from rnn.network import RNN
from rnn.training import rmse

Predictor: TypeAlias = Callable[[Array, int], Array]

NETWORK = "the network"
LAST, SEASONAL, LINEAR = "the last value", "the season before", "linear autoregression"


def predictors(
    net: RNN,
    params: Params,
    scaling: Scaling,
    length: int,
    season: int | None,
    linear: Array,
    show: Show = unreported,
) -> Mapping[str, Predictor]:
    """By name, the network first; ``show`` is called with the steps done."""

    def seen(contexts: Array) -> Array:
        return scaling.forward(contexts)[:, -length:]

    def network(contexts: Array, steps: int) -> Array:
        # The last steps of the series are the window of the next, so that parts of a run are the run itself.
        run = np.empty((len(contexts), length + steps, 1))
        run[:, :length, 0] = seen(contexts)
        most = max(1, REPORTED // len(contexts))
        for done in range(0, steps, most):
            show(done, steps)
            count = min(most, steps - done)
            window = np.ascontiguousarray(run[:, done : done + length])
            with held(net, len(contexts)):
                run[:, done + length : done + length + count] = free_run(net, params, window, count)
        return scaling.back(run[:, length:, 0], contexts[:, -1])

    def last(contexts: Array, steps: int) -> Array:
        return np.repeat(contexts[:, -1:], steps, axis=1)

    def autoregression(contexts: Array, steps: int) -> Array:
        order = len(linear) - 1
        values = np.empty((len(contexts), order + steps))
        values[:, :order] = seen(contexts)[:, -order:]
        for step in range(steps):
            values[:, order + step] = linear[0] + values[:, step : order + step] @ linear[1:]
        return scaling.back(values[:, order:], contexts[:, -1])

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
    return {name: forecasts(predict, contexts, steps) - truth for name, predict in found.items()}


def forecasts(predict: Predictor, contexts: Array, steps: int) -> Array:
    """Of a predictor, (N, steps): infinite from an origin that leads to numbers which are not finite."""
    try:
        found = predict(contexts, steps)
    except FloatingPointError:
        if len(contexts) == 1:
            return np.full((1, steps), inf)
        # The origins beside it keep theirs.
        return np.concatenate([forecasts(predict, each[np.newaxis], steps) for each in contexts])
    return np.where(np.isnan(found), inf, found)


def rmse_by_step(error: Array) -> Array:
    """The root of the mean squared error of each step, (steps,); NaN where there is none."""
    columns = (column[~np.isnan(column)] for column in error.T)
    return np.array([rmse_of(column) if len(column) else nan for column in columns])


def rmse_of(error: Array) -> float:
    """The root of the mean squared error of all, none of which is NaN."""
    if not np.isfinite(error).all():
        return inf
    return rmse(error, np.zeros_like(error))


def half_widths(error: Array, share: float) -> Array:
    """How far a forecast of each step has to be widened for that share of errors (N, steps): (steps,).

    Of n errors the ⌈(n + 1) share⌉-th smallest size, and NaN where that is more than there are: too few say
    nothing of so large a share, nor does one that is infinite.

    Source: Lei, G'Sell, Rinaldo, Tibshirani and Wasserman (2018), algorithm 2, here on errors that depend on
    each other, for which the share is no promise.
    """
    return np.array([_half_width(column[~np.isnan(column)], share) for column in error.T])


def _half_width(error: Array, share: float) -> float:
    rank = ceil((len(error) + 1) * share)
    width = np.sort(np.abs(error))[rank - 1] if rank <= len(error) else nan
    return float(width) if width < inf else nan
