"""Classes as targets: one-hot codes, and the cross-entropy of a softmax over the outputs.

For outputs o (steps, N, K) and targets y of the same shape, one-hot codes or those times weights::

    p = softmax(o)        L = Σ y (log Σ_k exp o_k − o)        ∂L/∂o = p Σ_k y_k − y
"""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from rnn.arrays import Array
from rnn.losses import Loss


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


def _value(outputs: Array, targets: Array) -> Any:
    # Less its largest, an output is at most 0, and of the sum of exponentials at least one is 1.
    beside = outputs - outputs.max(axis=-1, keepdims=True)
    total = np.log(np.exp(beside).sum(axis=-1, keepdims=True))
    return (targets * (total - beside)).sum()


def _gradient(outputs: Array, targets: Array) -> Array:
    gradient: Array = softmax(outputs) * targets.sum(axis=-1, keepdims=True) - targets
    return gradient


cross_entropy = Loss("one_hot_cross_entropy", _value, _gradient)
"""−Σ y log p, in nats."""
