"""Losses, each beside its gradient.

A loss takes the outputs ŷ and the targets y of the steps that have one, both (steps, N, K), and is
summed over all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn.arrays import Array
from rnn.checks import check_named_functions


@dataclass(frozen=True)
class Loss:
    """``value(outputs, targets)`` is a number, ``gradient(outputs, targets)`` is ∂value/∂outputs."""

    name: str
    value: Callable[[Array, Array], Any]
    gradient: Callable[[Array, Array], Array]

    def __post_init__(self) -> None:
        check_named_functions("Loss", self.name, value=self.value, gradient=self.gradient)


def _squared_error(outputs: Array, targets: Array) -> Any:
    residual = (outputs - targets).ravel()
    return residual.dot(residual / 2)


def _squared_error_gradient(outputs: Array, targets: Array) -> Array:
    return outputs - targets


squared_error = Loss("squared_error", _squared_error, _squared_error_gradient)
"""½ ‖ŷ − y‖², whose gradient is ŷ − y."""


def weighted(loss: Loss, weights: Array) -> Loss:
    """The loss that counts record n ``weights[n]`` times, weights (N,), of outputs of N records alone.

    For a loss that is a sum over records, as all of them are: the gradient of each is its own.
    """

    def value(outputs: Array, targets: Array) -> Any:
        # Records of one weight together, so that equal weights cost one call.
        kinds = [(weight, weights == weight) for weight in np.unique(weights)]
        return sum(weight * loss.value(outputs[:, own], targets[:, own]) for weight, own in kinds)

    def gradient(outputs: Array, targets: Array) -> Array:
        return loss.gradient(outputs, targets) * weights[np.newaxis, :, np.newaxis]

    return Loss(f"weighted {loss.name}", value, gradient)
