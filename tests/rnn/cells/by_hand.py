"""Small Fractions, and functions of them, by which steps are written index by index."""

from fractions import Fraction

import numpy as np


def draw(*shape, seed=0):
    """An array of small Fractions, none of them 0."""
    rng = np.random.default_rng(seed)
    numerators = rng.choice([-4, -3, -2, -1, 1, 2, 3, 4], shape)
    return np.vectorize(Fraction, otypes=[object])(numerators, rng.integers(1, 5, shape))


def squash(a):
    """a / (1 + |a|)."""
    return a / (1 + abs(a))


def gate(a):
    """½ (1 + a / (1 + |a|))."""
    return (1 + squash(a)) / 2


def squash_slope(a):
    """Of ``squash``, from its argument; that of ``gate`` is half of it."""
    return 1 / (1 + abs(a)) ** 2


def gate_slope(a):
    """Of ``gate``, from its argument."""
    return squash_slope(a) / 2
