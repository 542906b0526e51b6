"""The same training as the engine's, as plain NumPy: the right gradient, one step after another.

What somebody writes who has derived the gradient and thinks of nothing else: every step makes its arrays, and
adds its own products to each weight's gradient.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn import Params
from rnn.common.arrays import Array

# The activation, and its slope in terms of what it gave.
FUNCTIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "tanh": (np.tanh, lambda h: 1 - h * h),
    "sigmoid": (lambda a: 1 / (1 + np.exp(-a)), lambda h: h * (1 - h)),
}


@dataclass(frozen=True)
class TrainingPlan:
    """The activation, the jumps of the window, the rate and the clip of each entry, and the epochs.

    ``evaluate``: records that an evaluation takes at once.
    """

    activation: str
    jumps: int
    rate: float
    clip: float
    epochs: int
    evaluate: int = 1


def train(
    params: Params, train: tuple[Array, Array], unseen: tuple[Array, Array], plan: TrainingPlan
) -> tuple[list[float], list[float]]:
    """The losses on both data before the first epoch and after each, one record an update, in order."""
    losses: tuple[list[float], list[float]] = ([], [])
    for epoch in range(plan.epochs + 1):
        if epoch > 0:
            for n in range(len(train[0])):
                grads = gradient(params, train[0][n : n + 1], train[1][n : n + 1], plan)
                steps = [plan.rate * np.clip(grad, -plan.clip, plan.clip) for grad in grads]
                params = Params(*(block - step for block, step in zip(params, steps, strict=True)))
        for kept, (xs, ys) in zip(losses, (train, unseen), strict=True):
            parts = range(0, len(xs), plan.evaluate)
            kept.append(
                sum(loss(params, xs[n : n + plan.evaluate], ys[n : n + plan.evaluate], plan) for n in parts)
            )
    return losses


def states(params: Params, xs: Array, plan: TrainingPlan) -> list[Array]:
    """h_0 … h_T, each (N, H)."""
    f, _ = FUNCTIONS[plan.activation]
    hs = [np.zeros((len(xs), len(params.W)))]
    for t in range(xs.shape[1]):
        hs.append(f(xs[:, t] @ params.U.T + hs[-1] @ params.W.T + params.b))
    return hs


def loss(params: Params, xs: Array, ys: Array, plan: TrainingPlan) -> float:
    """Half the squared error of the last step's output, summed over the records."""
    error = states(params, xs, plan)[-1] @ params.V.T + params.c - ys
    return float((error * error).sum() / 2)


def gradient(params: Params, xs: Array, ys: Array, plan: TrainingPlan) -> Params:
    """The gradient of ``loss``, at most ``plan.jumps`` jumps back."""
    _, slope = FUNCTIONS[plan.activation]
    hs = states(params, xs, plan)
    error = hs[-1] @ params.V.T + params.c - ys
    dU, dW, db = np.zeros_like(params.U), np.zeros_like(params.W), np.zeros_like(params.b)
    dh = error @ params.V
    last = xs.shape[1] - 1
    for t in range(last, max(-1, last - plan.jumps - 1), -1):
        da = dh * slope(hs[t + 1])
        dU += da.T @ xs[:, t]
        dW += da.T @ hs[t]
        db += da.sum(axis=0)
        dh = da @ params.W
    return Params(dU, dW, db, error.T @ hs[-1], error.sum(axis=0))
