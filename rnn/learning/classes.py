"""Classes as inputs, in one-hot codes, and as outputs, by the probabilities of a softmax."""

import numpy as np
from numpy.typing import DTypeLike

from rnn.common.arrays import Array


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
