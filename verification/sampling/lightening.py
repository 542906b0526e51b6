"""Rows made light: the same tuples of levels, at less work.

In a heavy row a level that no tuple needs is replaced, by a cheaper one where there is one, else by the
ordinary one: nothing else hides what large sizes are to show. A row that no tuple needs is dropped.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from verification.sampling.covering import Exclusion, Factors, Level, TupleNumbers, possible
from verification.sampling.factors import ORDINARY
from verification.sampling.numbering import LIGHT, Work

Levels = dict[str, Level]


class _Met:
    """How many of some rows meet each tuple of so many levels."""

    def __init__(self, factors: Factors, strength: int, rows: Iterable[Mapping[str, Level]]) -> None:
        self._names, self._places = list(factors), TupleNumbers(factors, strength)
        self._count = np.zeros(self._places.count, int)
        for row in rows:
            self.add(row, 1)

    def add(self, row: Mapping[str, Level], times: int) -> None:
        """So many more rows as this one."""
        self._count[self._places.of(self._places.numbered(row))] += times

    def needed(self, row: Levels) -> frozenset[str]:
        """The factors of the tuples that this row alone meets."""
        places, chosen = self._places.chosen(self._places.numbered(row))
        alone = self._places.members[:, chosen][:, self._count[places] == 1]
        return frozenset(self._names[f] for f in np.unique(alone))


def lightened(
    rows: Iterable[Mapping[str, Level]],
    factors: Factors,
    strength: int,
    rules: Sequence[Exclusion],
    work: Work,
    given: Iterable[Mapping[str, Level]] = (),
) -> list[Levels]:
    """The rows described above: with those that are ``given`` they meet all tuples that they did."""
    left = [dict(row) for row in rows]
    met = _Met(factors, strength, [*left, *given])

    def lighter(row: Levels) -> Iterator[Levels]:
        """With one level that costs less, or that costs as much and is the ordinary one; the best first."""
        free, heavy = factors.keys() - met.needed(row), work(row)
        others = [
            {**row, name: level} for name in filter(free.__contains__, factors) for level in factors[name]
        ]
        less = [(seconds > LIGHT, seconds, each) for each in others if (seconds := work(each)) < heavy]
        # The dearest of those that are light, else the cheapest.
        less.sort(key=lambda one: (one[0], one[1] if one[0] else -one[1]))
        yield from (each for *_, each in less)
        for name in filter(free.__contains__, factors):
            level = ORDINARY if ORDINARY in factors[name] else factors[name][0]
            if row[name] != level and work({**row, name: level}) == heavy:
                yield {**row, name: level}

    changed = True
    while changed:
        changed = False
        for row in sorted(left, key=work, reverse=True):
            if not met.needed(row):
                new = None
            elif work(row) > LIGHT:
                new = next((each for each in lighter(row) if possible(each, rules)), row)
            else:
                continue
            if new == row:
                continue
            changed = True
            met.add(row, -1)
            left.remove(row)
            if new is not None:
                met.add(new, 1)
                left.append(new)
    return left
