"""Means and sizes of numbers of any magnitude: divided by a power of two before they are squared.

That rounds nothing, and neither a square nor a sum then overflows or vanishes where the result would not.
What is not finite stays so.
"""

import numpy as np

from rnn.common.arrays import Array

Axes = int | tuple[int, ...] | None


def scaled(values: Array, axis: Axes = None) -> tuple[Array, Array]:
    """Values of at most 1, and the exponents of the powers of two by which they were divided, by ``axis``."""
    largest = np.abs(values).max(axis=axis, keepdims=True, initial=0)
    _, exponents = np.frexp(largest)
    return np.ldexp(values, -exponents), exponents


def root_mean_square(values: Array, axis: Axes = None) -> Array:
    """√ of the mean of squares, over an axis or over all.

    >>> float(root_mean_square(np.array([3e200, 4e200]))) == 12.5**0.5 * 1e200
    True
    """
    small, exponents = scaled(values, axis)
    return _back(np.sqrt(np.square(small).mean(axis=axis, keepdims=True)), exponents, axis)


def mean_and_deviation(values: Array, axis: Axes = None, weights: Array | None = None) -> tuple[Array, Array]:
    """The mean and the standard deviation about it, where each counts as often as ``weights`` say.

    >>> [float(each) for each in mean_and_deviation(np.array([1e-200, 3e-200]))]
    [2e-200, 1e-200]
    """
    small, exponents = scaled(values, axis)
    mean = _average(small, axis, weights)
    square = _average(np.square(small - mean), axis, weights)
    return _back(mean, exponents, axis), _back(np.sqrt(square), exponents, axis)


def _average(values: Array, axis: Axes, weights: Array | None) -> Array:
    # NumPy's own divides by the number of columns, which may be none.
    if weights is None:
        return np.asarray(values.mean(axis, keepdims=True))
    return np.asarray(np.average(values, axis, weights, keepdims=True))


def _back(small: Array, exponents: Array, axis: Axes) -> Array:
    return np.asarray(np.squeeze(np.ldexp(small, exponents), axis=axis))
