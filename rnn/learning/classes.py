"""Classes: one-hot codes as inputs, probabilities of a softmax as outputs, and what a loss of each counts."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from rnn.common.arrays import Array
from rnn.common.checks import checked_number, cut, shown

ClassWeight: TypeAlias = Literal["balanced"] | Mapping[Any, float] | None
"""What a loss of each class counts: by name, alike in sum for all classes, or each once."""


def one_hot(codes: Array, kinds: int, dtype: DTypeLike = np.float64) -> Array:
    """Floats (…, kinds), zero but for a 1 at the place of each of the codes (…), from 0 to kinds − 1.

    >>> one_hot(np.array([1, 0]), 3).tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    return np.asarray(codes[..., np.newaxis] == np.arange(kinds), dtype)


def softmax(outputs: Array) -> Array:
    """Probabilities in proportion to exp o, along the last axis, whatever the size of the outputs."""
    powers = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def check_class_weight(class_weight: object, classes: Sequence[Any]) -> None:
    """TypeError or ValueError unless it is a ``ClassWeight``, whose names are all among ``classes``."""
    if class_weight is None or (isinstance(class_weight, str) and class_weight == "balanced"):
        return
    if not isinstance(class_weight, Mapping):
        raise TypeError(f"class_weight: {shown(class_weight)}, needed None, 'balanced', or a dict by class")
    known = set(classes)
    for name, weight in class_weight.items():
        if name not in known:
            needed = cut(", ".join(map(str, classes)))
            raise ValueError(f"class_weight: {shown(name)} as a class, needed one of {needed}")
        if not 0 <= checked_number("class_weight", weight) < inf:
            raise ValueError(f"class_weight: {shown(weight)} for {shown(name)}, needed at least 0")


def class_factors(class_weight: ClassWeight, classes: Sequence[Any], counts: Array) -> Array:
    """What the losses of each of K classes are multiplied by, (K,), where they occur so often, (K,).

    "balanced" makes the factors of all classes that occur add up to the same, and of all losses to their
    number, as scikit-learn does. A class that a dict does not name counts once.

    >>> class_factors("balanced", "ab", np.array([3, 1])).round(2).tolist()
    [0.67, 2.0]
    >>> class_factors({"b": 5.0}, "ab", np.array([3, 1])).tolist()
    [1.0, 5.0]
    """
    if isinstance(class_weight, str):
        occur = counts > 0
        return np.asarray(counts.sum() / (max(1, occur.sum()) * np.where(occur, counts, 1.0)))
    named: Mapping[Any, float] = {} if class_weight is None else class_weight
    return np.array([float(named.get(name, 1)) for name in classes])
