"""How far back a forecast looks, and how far back a loss reaches in the network that was trained for it.

Of whatever forecasts, ∂x̂_t/∂x_t−lag one step ahead, by central differences, for every lag from 1 on. Of a
loss at the last step of a window of T steps alone, ∂ℓ/∂x at step T − 1 − lag, for every lag, in units of that
of lag 0; a truncation cuts it off. Either is a root mean square, over origins or windows.
"""

import numpy as np

from rnn.app.forecaster import Forecaster
from rnn.app.predictors import MODEL, forecasts
from rnn.app.preparing import contexts
from rnn.app.threads import held
from rnn.cells import Params
from rnn.common.arrays import Array
from rnn.learning.sizes import mean_and_deviation, root_mean_square
from rnn.network import RNN
from rnn.truncation import Truncation

# Squares of such numbers, and sums of them, are far from the largest float.
LARGEST = 1e100

# Origins that are enough to see how far back a forecast looks, and by what share of their spread values move.
ORIGINS, MOVED = 32, 1e-5


def influence(model: Forecaster) -> Array:
    """(C,), by lag from 1 to that of the context: how much the forecast one step ahead moves with that value.

    Origins whose forecast is not finite say nothing.
    """
    last = len(model.recent) - 2
    first = max(model.context - 1, last + 1 - ORIGINS)
    found = contexts(model.recent, first, last, model.context)
    around = model.inputs.beside(model.held_out).around(first, last, model.context, 1)
    predict = model.predictors()[MODEL]
    _, spread = mean_and_deviation(found)
    by = np.full_like(found, MOVED * (float(spread) or 1.0))
    if any(view.transformation.logs for view in model.views):
        # What has a logarithm keeps one.
        by = np.minimum(by, found / 2)
    sizes = np.zeros(model.context)
    for place in range(model.context):
        up, down = found.copy(), found.copy()
        up[:, place] += by[:, place]
        down[:, place] -= by[:, place]
        higher, lower = (forecasts(predict, each, 1, around)[:, 0] for each in (up, down))
        slopes = (higher - lower) / (up - down)[:, place]
        known = slopes[np.isfinite(slopes)]
        sizes[place] = root_mean_square(known) if len(known) else 0.0
    return sizes[::-1]


def reach(net: RNN, params: Params, xs: Array, targets: Array, truncation: Truncation) -> Array:
    """(T,), by lag, of windows xs (N, T, D) with targets (N, K) at their last step; zeros if none reaches.

    Windows with numbers above ``LARGEST`` are left out: their losses are infinite.
    """
    fits = np.abs(xs).max(axis=(1, 2)) <= LARGEST
    if targets.ndim == 2:
        fits &= np.abs(targets).max(axis=1) <= LARGEST
    if not fits.any():
        return np.zeros(xs.shape[1])
    xs, targets = xs[fits], targets[fits]
    with held(net, len(xs)):
        _, grads = net.loss_and_gradients(params, xs, targets, truncation=truncation)
    sizes = root_mean_square(grads.xs, (0, 2))[::-1]
    return np.asarray(sizes / sizes[0] if sizes[0] > 0 else np.zeros_like(sizes))


def windows_of(model: Forecaster) -> tuple[Array, Array]:
    """Held-out windows of a model (N, T, K (1 + F)), and what its network has to say after each (N, K)."""
    first = model.context - 1
    found = contexts(model.recent, first, len(model.recent) - 1, model.context)
    seen = [view.scaling.forward(found)[:, -model.length :] for view in model.views]
    around = model.inputs.beside(model.held_out).around(first, len(model.recent) - 2, model.context, 1)
    beside = [view.inputs(around)[:, -model.length :] for view in model.views]
    targets = [
        # What is seen of the value after a window ends the next window.
        (after[1:, -1] - view.expected(after[:-1], inputs[:, -1])) / view.left
        for view, after, inputs in zip(model.views, seen, beside, strict=True)
    ]
    windows = [
        np.concatenate([each[:-1, :, np.newaxis], inputs], axis=-1)
        for each, inputs in zip(seen, beside, strict=True)
    ]
    return np.ascontiguousarray(np.concatenate(windows, axis=-1)), np.stack(targets, axis=-1)


def effective(sizes: Array, least: float = 0.01) -> int:
    """The largest lag whose share of lag 0 is at least that."""
    return int(np.flatnonzero(sizes >= least).max(initial=0))
