"""The order of a sample's rows: those that show most for their cost come first, in case a run ends early.

A row shows the levels, pairs, triples and so on that no row before it has met. Single levels come first, then
pairs, and so on: while some of one strength are left, the next row is, of those that meet one, the row that
shows most of this strength and of larger ones, divided by the root of its expected seconds. Divided by the
seconds themselves, expensive levels, such as many steps, would come last.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heapreplace
from typing import TypeAlias

import numpy as np

from verification.models.arrays import Array
from verification.sampling.covering import Factors, Level, TupleNumbers
from verification.sampling.numbering import Row, Work
from verification.text import percent

# What tuples of so many levels are called.
NAMES = {1: "singles", 2: "pairs", 3: "triples", 4: "quadruples"}


@dataclass(frozen=True)
class Share:
    """How many tuples of ``strength`` levels have been met, of those that a sample's rows have."""

    strength: int
    met: int
    of: int

    @property
    def whole(self) -> bool:
        """Is none left?"""
        return self.met == self.of

    @property
    def name(self) -> str:
        """What such tuples are called."""
        return NAMES.get(self.strength, f"{self.strength} levels")

    def __add__(self, other: "Share") -> "Share":
        return replace(self, met=self.met + other.met, of=self.of + other.of)

    def __str__(self) -> str:
        return f"{self.name} {percent(self.met / self.of)}"


# What a row shows for its cost, negated; the cost; and its number.
Found: TypeAlias = tuple[float, float, int]


class Reached:
    """Which tuples of so many levels, of those that some rows have, have been met: of one strength."""

    def __init__(self, factors: Factors, strength: int, rows: Iterable[Row]) -> None:
        self._strength, self._places = strength, TupleNumbers(factors, strength)
        self._of_row = [self._of(row) for row in rows]
        self._all = np.zeros(self._places.count, bool)
        for places in self._of_row:
            self._all[places] = True
        self._unmet = self._all.copy()
        self._count = int(np.count_nonzero(self._all))

    def _of(self, row: Row) -> Array:
        return self._places.of(self._places.numbered(row.levels))

    def gain(self, number: int) -> float:
        """The share of all tuples that the row of this number has and that are unmet."""
        return int(np.count_nonzero(self._unmet[self._of_row[number]])) / max(1, self._count)

    def meet(self, row: Row) -> None:
        """From now on its tuples are met."""
        self._unmet[self._of(row)] = False

    @property
    def share(self) -> Share:
        """How much is met by now."""
        return Share(self._strength, self._count - int(np.count_nonzero(self._unmet)), self._count)

    def least_met(self) -> list[tuple[float, tuple[str, Level]]]:
        """Levels with what share of their tuples is met, the least first; none that is met wholly."""
        left, every = self._places.by_level(self._unmet), self._places.by_level(self._all)
        shares = [(1 - left[level] / count, level) for level, count in every.items() if left[level]]
        return sorted(shares, key=lambda each: each[0])


def soonest(rows: Sequence[Row], goals: Iterable[tuple[Factors, int]], work: Work) -> list[Row]:
    """The rows in the order described above; of those that show nothing new, the cheapest first.

    ``goals``: factors, and how many of their levels a tuple has.
    """
    reached = [Reached(factors, strength, rows) for factors, strength in goals]
    cost = [math.sqrt(work(row.priced)) for row in rows]
    left, made = set(range(len(rows))), list[Row]()
    for number, needed in enumerate(reached):

        def least(row: int, needed: Reached = needed, also: list[Reached] = reached[number + 1 :]) -> Found:
            gain = needed.gain(row)
            return -(gain + sum(each.gain(row) for each in also) if gain else 0.0) / cost[row], cost[row], row

        # What a row shows only ever decreases, so an earlier value is a bound.
        waiting = [least(row) for row in left]
        heapify(waiting)
        while not needed.share.whole:
            found = least(waiting[0][-1])
            if len(waiting) > 1 and found > waiting[0]:
                heapreplace(waiting, found)
                continue
            heappop(waiting)
            left.remove(found[-1])
            made.append(rows[found[-1]])
            for each in reached:
                each.meet(made[-1])
    return made + [rows[row] for row in sorted(left, key=lambda row: (cost[row], row))]
