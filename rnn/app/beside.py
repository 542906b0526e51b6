"""Rows of inputs beside the steps of a series, and which of their numbers are known at an origin."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnn.common.arrays import Array


@dataclass(frozen=True, eq=False)
class Beside:
    """Rows of inputs (S, F) of the steps of a series, and which of them are ``lagged`` (F,)."""

    rows: Array
    lagged: Array

    def upto(self, count: int) -> Array:
        """The first rows, (count, F)."""
        return self.rows[:count] if self.lagged.size else np.zeros((count, 0))

    def around(self, first: int, last: int, length: int, steps: int) -> Array:
        """For each origin first … last, ``length`` rows up to it and ``steps`` after: (N, length + steps, F).

        Lagged inputs after an origin are all those of the first step after it, since no more is known.
        """
        count, total = last - first + 1, length + steps
        if not self.lagged.size:
            return np.zeros((count, total, 0))
        padded = np.pad(self.rows, ((0, steps), (0, 0)), mode="edge")
        start = first - length + 1
        found = sliding_window_view(padded, total, axis=0)[start : start + count].swapaxes(1, 2)
        if steps > 1 and self.lagged.any():
            found = found.copy()
            found[:, length + 1 :, self.lagged] = found[:, length : length + 1, self.lagged]
        return found


NOTHING = Beside(np.zeros((0, 0)), np.zeros(0, bool))
