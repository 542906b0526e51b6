"""How much of the loss at step t reaches the step ``lag`` before it, by the gradient of a trained network.

Of a loss at the last step of a window of T steps alone, ∂ℓ/∂x at step T − 1 − lag, for every lag: its
root mean square over windows, in units of that of lag 0. A truncation cuts it off.
"""

import numpy as np

from rnn.app.forecaster import Forecaster
from rnn.app.preparing import contexts
from rnn.app.threads import held
from rnn.cells import Params
from rnn.common.arrays import Array
from rnn.common.sizes import root_mean_square
from rnn.network import RNN
from rnn.truncation import Truncation

# Squares of such numbers, and sums of them, are far from the largest float.
LARGEST = 1e100


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
