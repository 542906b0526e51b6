"""Small Fractions at random."""

from fractions import Fraction

import numpy as np


def fractions(rng, *shape, parts=2, most=2):
    """Multiples of 1/parts, as many as ``most`` of either sign."""
    drawn = rng.integers(-most, most + 1, shape)
    return np.vectorize(lambda n: Fraction(int(n), parts), otypes=[object])(drawn)
