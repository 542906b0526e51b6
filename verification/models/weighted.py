"""Losses that a model does not define: with weights beside the targets, or of classes.

A class is the largest output, in the sense of softmax: with p = softmax(o) and a one-hot target y, the loss
is −Σ_k y_k log p_k. With m the index of the largest entry, it is written so that nothing cancels,

    −log p_y = log(1 + Σ_{k ≠ m} exp(o_k − o_m)) + o_m − o_y

Source: Goodfellow, Bengio, Courville, *Deep Learning* (2016), section 6.2.2.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import autograd.numpy as anp
import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, Targets
from verification.models.model import Model, NamedArrays
from verification.models.truncation import TruncationRule


def cross_entropy(f: Any, outputs: Any, target: Any) -> Any:
    """−Σ_k y_k log softmax(o)_k of each record, from one-hot targets y."""
    count = outputs.shape[-1]
    place = np.eye(count)[np.argmax(np.real(f.stop(outputs)), axis=-1)]
    largest = anp.sum(place * outputs, axis=-1, keepdims=True)
    others = anp.sum((1 - place) * anp.exp(outputs - largest), axis=-1)
    return anp.sum(target, axis=-1) * anp.log1p(others) + anp.sum(target * (largest - outputs), axis=-1)


@dataclass(frozen=True, eq=False)
class Weighted:
    """Targets whose losses are multiplied by weights, or are of classes.

    ``targets`` and ``last``: as in ``Targets``. ``weights``: (N,), one per record, or (N, T), one per step;
    None if all are 1. ``classes``: the targets are one-hot, and the loss is ``cross_entropy`` instead of the
    model's own.
    """

    targets: Array
    last: bool = False
    weights: Array | None = None
    classes: bool = False

    def losses(self, steps: int) -> tuple[int, ...]:
        """The steps that have a target with a weight; the last, if none has."""
        if self.last:
            return (steps - 1,)
        if self.weights is None or self.weights.ndim == 1:
            return tuple(range(steps))
        return tuple(t for t in range(steps) if self.weights[:, t].any()) or (steps - 1,)

    def data(self, t: int, steps: int) -> dict[str, Array]:
        """The target at step t, and its weight."""
        target = {"target": self.targets[:, 0 if self.last else t]}
        if self.weights is None:
            return target
        return {**target, "weight": self.weights if self.weights.ndim == 1 else self.weights[:, t]}

    def term(
        self, model: Model, f: Any, p: NamedArrays, data: Mapping[str, Any], state: tuple[Any, ...]
    ) -> Any:
        """The weighted loss of each record."""
        loss = cross_entropy if self.classes else model.loss
        each = loss(f, model.readout(f, p, *state), data["target"])
        return data["weight"] * each if "weight" in data else each

    def arrays(self) -> dict[str, Array]:
        """The targets, and the weights where there are any."""
        return {"targets": self.targets} | ({} if self.weights is None else {"weights": self.weights})

    def replaced(self, change: Any) -> "Weighted":
        """Changed, array by array."""
        targets = change(self.targets)
        return replace(self, targets=targets, weights=None if self.weights is None else change(self.weights))

    def of_steps(self, steps: slice) -> "Weighted":
        """Those of some steps, with their weights; a target of the last step stays."""
        weights = self.weights
        if weights is not None and weights.ndim > 1:
            weights = weights[:, steps]
        return replace(self, targets=self.targets if self.last else self.targets[:, steps], weights=weights)


@dataclass(frozen=True)
class OwnEnd:
    """A truncation in which each record is truncated as if its loss were on the last of all steps."""

    truncation: TruncationRule

    def first(self, t: int, steps: int) -> int:
        """The earliest step that the loss at step t may reach, whatever follows it."""
        return self.truncation.first(t, t + 1)


def ended(case: Case) -> Case:
    """A case of targets whose records end early, as a case in which steps beyond an end have weight zero."""
    objective = case.objective
    assert isinstance(objective, Targets | Weighted)  # as of every case with a readout
    steps, ends = np.arange(case.steps), np.asarray(case.lengths)[:, None]
    counted = steps == ends - 1 if objective.last else steps < ends
    weights = counted.astype(case.dtype)
    given = getattr(objective, "weights", None)
    if given is not None:
        weights = weights * (given[:, None] if given.ndim == 1 else given)
    targets = objective.targets
    if objective.last:
        targets = np.broadcast_to(targets, (len(targets), case.steps, *targets.shape[2:]))
    classes = getattr(objective, "classes", False)
    return replace(
        case,
        objective=Weighted(targets, False, weights, classes),
        truncation=OwnEnd(case.truncation) if objective.last else case.truncation,
        lengths=None,
    )


def counts_from_end(truncation: TruncationRule, steps: int, ends: tuple[int, ...]) -> bool:
    """Does a truncation treat records of these lengths differently, where every step has a loss?"""
    return any(truncation.first(t, end) != truncation.first(t, steps) for end in ends for t in range(end))
