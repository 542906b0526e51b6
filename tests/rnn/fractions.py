"""Numbers as Fractions, and small ones at random."""

from fractions import Fraction

import numpy as np


def as_fractions(array):
    """The same numbers as an object array of Fractions."""
    return np.vectorize(Fraction, otypes=[object])(array)


def fractions(rng, *shape, parts=2, most=2):
    """Multiples of 1/parts, as many as ``most`` of either sign."""
    return as_fractions(rng.integers(-most, most + 1, shape)) / parts
