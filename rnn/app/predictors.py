"""What forecasts: the model, and the honest baselines that stand beside it wherever a figure is shown.

A predictor is a function from contexts (N, C), the values up to N origins, a number of steps, and the inputs
beside both (N, C + steps, F), to forecasts (N, steps). A baseline sees no inputs, and no other values than
the model. What is too large for a float is infinite: a forecast, an error, or a figure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan
from typing import TypeAlias

import numpy as np

from rnn.app.beside import NOTHING, Beside
from rnn.app.smoothing import Smoothing
from rnn.app.threads import held
from rnn.app.views import View, window_of
from rnn.app.waiting import REPORTED, unreported
from rnn.cells import Params
from rnn.common.arrays import Array, check_result
from rnn.console.progress import Show
from rnn.network import RNN
from rnn.training import rmse

Predictor: TypeAlias = Callable[[Array, int, Array], Array]

MODEL = "the model"
LAST, SEASONAL, LINEAR = "the last value", "the season before", "linear autoregression"
SMOOTHING = "exponential smoothing"


@dataclass(frozen=True, eq=False)
class Network:
    """A network with columns, of what is seen and of inputs, and an output for each view."""

    net: RNN
    params: Params

    def after(self, windows: Array) -> Array:
        """What it adds after windows (K, N, T, 1 + F) of K views: (K, N). FloatingPointError if too large."""
        _, records, steps, _ = windows.shape
        xs = np.ascontiguousarray(np.moveaxis(windows, 0, 2)).reshape(records, steps, -1)
        check_result("the forecast", xs)
        with held(self.net, len(xs)):
            return self.net.predict_last(self.params, xs).T


def mean_of(
    views: Sequence[View],
    length: int,
    network: Network | None,
    others: Sequence[Predictor] = (),
    show: Show = unreported,
) -> Predictor:
    """The mean of what the views expect, each going on by itself, and of other forecasts.

    A view sees windows of so many steps. ``network`` adds to what their linear parts expect; ``show`` is
    called with the steps done.
    """

    def predict(contexts: Array, steps: int, beside: Array | None = None) -> Array:
        if beside is None:
            beside = np.zeros((len(contexts), contexts.shape[1] + steps, 0))
        run = np.empty((len(views), len(contexts), length + steps))
        inputs = np.empty((*run.shape, views[0].beside.shape[1]))
        for view, own, other in zip(views, run, inputs, strict=True):
            own[:, :length] = view.scaling.forward(contexts)[:, -length:]
            other[:] = view.inputs(beside)[:, -length - steps :]
        most = max(1, REPORTED // len(contexts))
        for step in range(steps):
            if step % most == 0:
                show(step, steps)
            window = run[:, :, step : step + length]
            added = np.zeros(run.shape[:2])
            if network is not None:
                after = inputs[:, :, step + 1 : step + length + 1]
                added = network.after(np.concatenate([window[..., np.newaxis], after], axis=-1))
            for place, view in enumerate(views):
                expected = view.expected(window[place], inputs[place, :, length + step])
                run[place, :, length + step] = expected + view.left * added[place]
        ahead = [view.scaling.back(own[:, length:], contexts) for view, own in zip(views, run, strict=True)]
        ahead += [other(contexts, steps, beside) for other in others]
        return np.asarray(np.mean(ahead, axis=0)) if len(ahead) > 1 else ahead[0]

    return predict


def last(contexts: Array, steps: int, beside: Array | None = None) -> Array:
    """The last value, again and again."""
    return np.repeat(contexts[:, -1:], steps, axis=1)


def seasonal(season: int) -> Predictor:
    """The last so many values, again and again."""

    def predict(contexts: Array, steps: int, beside: Array | None = None) -> Array:
        return np.take(contexts[:, -season:], np.arange(steps) % season, axis=1)

    return predict


def simple(season: int | None, smoothing: Smoothing | None) -> dict[str, Predictor]:
    """By name, the baselines that need no network: those that there are."""
    found: dict[str, Predictor] = {LAST: last}
    if season is not None:
        found[SEASONAL] = seasonal(season)
    return found if smoothing is None else {**found, SMOOTHING: smoothing}


def context_of(length: int, views: Sequence[View], season: int | None, smoothing: Smoothing | None) -> int:
    """How many values a forecast looks at: the windows of its views, the season before, what is smoothed."""
    return max(window_of(length, views), season or 0, 0 if smoothing is None else smoothing.context)


def errors(
    found: Mapping[str, Predictor],
    values: Array,
    contexts: Array,
    first: int,
    steps: int,
    beside: Beside = NOTHING,
) -> dict[str, Array]:
    """By name, forecast less truth, (N, steps), from the origins first, first + 1, …; NaN beyond the values.

    ``contexts`` (N, C) are those of the origins; the truth of step h from origin o is values[o + h].
    """
    ahead = first + 1 + np.arange(len(contexts))[:, np.newaxis] + np.arange(steps)
    truth = np.append(values, np.nan)[np.minimum(ahead, len(values))]
    around = beside.around(first, first + len(contexts) - 1, contexts.shape[1], steps)
    return {name: forecasts(predict, contexts, steps, around) - truth for name, predict in found.items()}


def forecasts(predict: Predictor, contexts: Array, steps: int, beside: Array) -> Array:
    """Of a predictor, (N, steps): infinite from an origin that leads to numbers which are not finite."""
    try:
        found = predict(contexts, steps, beside)
    except FloatingPointError:
        if len(contexts) == 1:
            return np.full((1, steps), inf)
        # The origins beside it keep theirs.
        pairs = zip(contexts[:, np.newaxis], beside[:, np.newaxis], strict=True)
        return np.concatenate([forecasts(predict, one, steps, other) for one, other in pairs])
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
