"""Spans: the sweeps of a route as plain arrays, for loops that are compiled."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnn.common.arrays import Array


class Spans(NamedTuple):
    """Sweeps, shallowest first: sweep q goes from step ``stops[q]`` − 1 down to ``firsts[q]``.

    It collects the losses of the steps from ``seeds[q]`` on; the loss of step t is at t − ``first_loss``.
    All of them together make ``visits`` steps, which the loops themselves need not know.
    """

    firsts: Array
    seeds: Array
    stops: Array
    first_loss: int
    visits: int

    @classmethod
    def of(cls, sweeps: Sequence[tuple[int, int, int]], start: int, first_loss: int) -> "Spans":
        """The same from (first, seed, stop) of each sweep, with steps counted from ``start``."""
        firsts, seeds, stops = np.array(sweeps, np.int64).T.copy() - start
        return cls(firsts, seeds, stops, int(first_loss) - start, int((stops - firsts).sum()))
