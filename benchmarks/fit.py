"""A power of growth, read off a few points."""

from collections.abc import Sequence

import numpy as np


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The slope of log cost over log size, through the upper half of the points and three at least.

    Below, what a call costs whatever its size hides the growth.

    >>> round(exponent([1, 2, 4, 8], [5, 3, 12, 48]), 3)
    2.0
    """
    upper = max(3, (len(sizes) + 1) // 2)
    slope, _ = np.polyfit(np.log(sizes[-upper:]), np.log(costs[-upper:]), 1)
    return float(slope)
