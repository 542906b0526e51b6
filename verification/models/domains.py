"""Domains of blocks: functions that map any numbers into the valid ones, and leave valid numbers as they are.

They take floating point and Fractions. They keep a number's magnitude where the domain allows it, so that
tiny and large numbers of a domain are drawn as well.
"""

from typing import Any

import numpy as np


def positive(a: Any) -> Any:
    """Above 0: the size of a number, and 1 for 0."""
    return np.where(a == 0, 1 + 0 * a, abs(a))


def between_0_and_1(a: Any) -> Any:
    """Above 0 and below 1: the size of a number, of those above 1 the reciprocal, and ½ for 0 and for 1."""
    size = positive(a)
    return np.where(size == 1, (1 + 0 * size) / 2, np.where(size < 1, size, 1 / size))


def below_1(a: Any) -> Any:
    """0 or above, and below 1: the size of a number, of those above 1 the reciprocal, and ½ for 1."""
    return np.where(a == 0, 0 * a, between_0_and_1(a))


def not_positive(a: Any) -> Any:
    """0 or below, as the logarithm of a decay: minus the size of a number."""
    return -abs(a)


def not_negative(a: Any) -> Any:
    """0 or above: the size of a number."""
    return abs(a)


def within_unit_length(a: Any) -> Any:
    """Vectors, along the last axis, of length 1 at most: longer ones are shortened to that."""
    return a / np.maximum(np.linalg.norm(a, axis=-1, keepdims=True), 1)


def within_20(a: Any) -> Any:
    """Of magnitude 20 at most, so that every type holds the exponential; larger numbers are clipped."""
    return np.where(abs(a) > 20, 20 * np.sign(a), a)
