"""What forecasts: the model, and the honest baselines that stand beside it wherever a figure is shown.

A predictor is a function from contexts (N, C), the values up to N origins, and a number of steps to forecasts
(N, steps). A baseline sees what the network sees and no more. What is too large for a float is infinite: a
forecast, an error, or a figure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan
from typing import TypeAlias

import numpy as np

from rnn.app.threads import held
from rnn.app.views import View
from rnn.app.waiting import REPORTED, unreported
from rnn.cells import Params
from rnn.common.arrays import Array, check_result
from rnn.console.progress import Show
from rnn.network import RNN
from rnn.training import rmse

Predictor: TypeAlias = Callable[[Array, int], Array]

MODEL = "the model"
LAST, SEASONAL, LINEAR = "the last value", "the season before", "linear autoregression"
SMOOTHING = "exponential smoothing"


@dataclass(frozen=True, eq=False)
class Network:
    """A network with a column and an output for each view."""

    net: RNN
    params: Params

    def after(self, windows: Array) -> Array:
        """What it adds after windows (K, N, T) of K views: (K, N). FloatingPointError if too large."""
        xs = np.ascontiguousarray(np.moveaxis(windows, 0, -1))
        check_result("the forecast", xs)
        with held(self.net, len(xs)):
            return np.asarray(self.net.predict(self.params, xs)[:, -1].T)


def of_views(
    views: Sequence[View], length: int, network: Network | None, show: Show = unreported
) -> Predictor:
    """The mean of what the views expect, each going on by itself from windows of so many steps.

    ``network`` adds to what their linear parts expect; ``show`` is called with the steps done.
    """

    def predict(contexts: Array, steps: int) -> Array:
        run = np.empty((len(views), len(contexts), length + steps))
        for view, own in zip(views, run, strict=True):
            own[:, :length] = view.scaling.forward(contexts)[:, -length:]
        most = max(1, REPORTED // len(contexts))
        for step in range(steps):
            if step % most == 0:
                show(step, steps)
            window = run[:, :, step : step + length]
            added = np.zeros(run.shape[:2]) if network is None else network.after(window)
            for place, view in enumerate(views):
                run[place, :, length + step] = view.expected(window[place]) + view.left * added[place]
        ahead = [view.scaling.back(own[:, length:], contexts) for view, own in zip(views, run, strict=True)]
        return np.asarray(np.mean(ahead, axis=0)) if len(ahead) > 1 else ahead[0]

    return predict


def last(contexts: Array, steps: int) -> Array:
    """The last value, again and again."""
    return np.repeat(contexts[:, -1:], steps, axis=1)


def seasonal(season: int) -> Predictor:
    """The last so many values, again and again."""
    return lambda contexts, steps: np.take(contexts[:, -season:], np.arange(steps) % season, axis=1)


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
