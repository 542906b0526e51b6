"""Losses, each with its gradient.

A loss takes the outputs o and the targets y of the steps that have one, o (…, K), and is summed over all of
them. A ``Loss`` has targets of K numbers, y (…, K); a ``ClassLoss`` has classes, integers from 0 to K − 1,
y (…).

=========================  ==========================  ======================
name                       value of one step           its gradient by o
=========================  ==========================  ======================
``squared_error``          ½ ‖o − y‖²                  o − y
``softmax_cross_entropy``  log Σ_k exp(o_k) − o_y      softmax(o) − onehot(y)
=========================  ==========================  ======================
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnn.common.arrays import FRACTIONS, SMALL, Array, as_array, checked
from rnn.common.checks import check_named_functions, cut
from rnn.common.representation import as_call


@dataclass(frozen=True)
class Loss:
    """``value(outputs, targets)`` is a number, ``gradient(outputs, targets)`` is ∂value/∂outputs.

    ``each(outputs, targets)``, which weights need, is the value of every step alone, an array (…).
    """

    name: str
    value: Callable[[Array, Array], Any]
    gradient: Callable[[Array, Array], Array]
    each: Callable[[Array, Array], Array] | None = None

    # How many axes the target of one step has.
    target_axes: ClassVar[int] = 1

    def __post_init__(self) -> None:
        functions = {"value": self.value, "gradient": self.gradient}
        if self.each is not None:
            functions["each"] = self.each
        check_named_functions("Loss", self.name, **functions)

    def __repr__(self) -> str:
        return self.name if self in OURS else as_call(self)

    def checked_targets(
        self, name: str, targets: object, xs: Array, outputs: int | str, dtype: np.dtype[Any]
    ) -> Array:
        """Targets for xs (N, T, D) that fit, (N, K) or (N, T, K), or an error that begins with ``name``."""
        records, steps = xs.shape[:2]
        return checked(name, targets, (records, steps, outputs), dtype, also=((records, outputs),))


@dataclass(frozen=True, repr=False)
class ClassLoss(Loss):
    """A loss whose targets are classes: (N,) on the last step, (N, T) on every step."""

    target_axes: ClassVar[int] = 0

    def checked_targets(
        self, name: str, targets: object, xs: Array, outputs: int | str, dtype: np.dtype[Any]
    ) -> Array:
        """As in ``Loss``: integers from 0 to K − 1."""
        if dtype == FRACTIONS:
            raise TypeError(f"RNN.loss: {self.name}, needed one that takes Fractions, or floats")
        array = as_array(name, targets)
        if array.dtype.kind not in "iu":
            raise TypeError(f"{name}: dtype {cut(str(array.dtype))}, needed classes as integers")
        records, steps = xs.shape[:2]
        if array.shape not in ((records,), (records, steps)):
            raise ValueError(
                f"{name}: shape {cut(str(array.shape))}, needed ({records}, {steps}) or ({records},)"
            )
        most = outputs if isinstance(outputs, int) else np.iinfo(np.intp).max
        wrong = np.argwhere((array < 0) | (array >= most))
        if len(wrong):
            place = tuple(int(i) for i in wrong[0])
            raise ValueError(f"{name}: {array[place]} at {place}, needed classes from 0 to {most - 1}")
        return array.astype(np.intp, copy=False)


def _squared_error(outputs: Array, targets: Array) -> Any:
    residual = (outputs - targets).ravel()
    half = residual / 2
    # Of many numbers BLAS lets its other threads sum, which then stay in the way of ours.
    return residual.dot(half) if residual.size <= SMALL else (residual * half).sum()


def _squared_error_gradient(outputs: Array, targets: Array) -> Array:
    return outputs - targets


def _squared_errors(outputs: Array, targets: Array) -> Array:
    residual = outputs - targets
    return np.asarray((residual * (residual / 2)).sum(axis=-1))


def _exponentials(outputs: Array, without: Array) -> tuple[Array, Array]:
    """exp(o − max o), with 0 for the entry ``without`` of each step, and what stood there, (…, 1)."""
    e = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    place = without[..., np.newaxis]
    own = np.take_along_axis(e, place, axis=-1)
    np.put_along_axis(e, place, 0, axis=-1)
    return e, own


def _cross_entropies(outputs: Array, targets: Array) -> Array:
    # log Σ exp(o_k) − o_y = log(1 + Σ' exp(o_k − max)) + max − o_y, where Σ' leaves the largest out: two
    # numbers of one sign, so nothing cancels and a small loss is accurate relative to its own size.
    largest = outputs.argmax(axis=-1)
    e, _ = _exponentials(outputs, largest)
    at_target = np.take_along_axis(outputs, targets[..., np.newaxis], axis=-1)[..., 0]
    return np.asarray(np.log1p(e.sum(axis=-1)) + (outputs.max(axis=-1) - at_target))


def _cross_entropy(outputs: Array, targets: Array) -> Any:
    return _cross_entropies(outputs, targets).sum()


def _cross_entropy_gradient(outputs: Array, targets: Array) -> Array:
    # softmax(o)_y − 1 = − Σ_{k ≠ y} softmax(o)_k, which does not cancel.
    e, own = _exponentials(outputs, targets)
    others = e.sum(axis=-1, keepdims=True)
    np.put_along_axis(e, targets[..., np.newaxis], -others, axis=-1)
    return np.asarray(e / (others + own))


squared_error = Loss("squared_error", _squared_error, _squared_error_gradient, _squared_errors)
"""½ ‖o − y‖², whose gradient is o − y."""

softmax_cross_entropy = ClassLoss(
    "softmax_cross_entropy", _cross_entropy, _cross_entropy_gradient, _cross_entropies
)
"""−log softmax(o)_y of the class y, whose gradient is softmax(o) − onehot(y).

Source: Goodfellow, Bengio, Courville, *Deep Learning* (2016), section 6.2.2.3.
"""

# Those of this package.
OURS = (squared_error, softmax_cross_entropy)
