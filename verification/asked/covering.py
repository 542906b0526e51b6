"""A covering array: few rows in which all levels of any two, three or four factors meet.

Faults hide where conditions meet, and seldom needs one more than three (Kuhn, Wallace and Gallo, *Software
fault interactions and implications for software testing*, 2004). A row has one level of every factor.
*Rules* exclude what cannot occur or costs too much. Rows are made greedily, as in AETG (Cohen and others,
1997): a tuple that is not met yet, and around it, factor by factor, the level that meets most.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, TypeAlias

import numpy as np

from rnn.arrays import Array

Level: TypeAlias = Any
Factors: TypeAlias = Mapping[str, Sequence[Level]]
Row: TypeAlias = Mapping[str, Level]
Tuple: TypeAlias = tuple[tuple[str, Level], ...]

# Rows that are made around a tuple, of which the one that meets most is taken.
CANDIDATES = 3


@dataclass(frozen=True)
class Rule:
    """Excludes rows, by the levels of some factors.

    ``excludes(row)`` is asked of rows that have some of these factors, and is true only if no levels of the
    others could mend it.
    """

    name: str
    factors: tuple[str, ...]
    excludes: Callable[[Row], bool]


def possible(row: Row, rules: Sequence[Rule]) -> bool:
    """Does no rule exclude it?"""
    return not any(rule.excludes(row) for rule in rules if any(name in row for name in rule.factors))


def tuples(
    factors: Factors, strength: int, rules: Sequence[Rule] = ()
) -> tuple[frozenset[Tuple], Counter[str]]:
    """Every possible tuple of levels of so many factors, and how many each rule excludes.

    One that several rules exclude is counted by the first.
    """
    table = _Table(factors, strength, rules)
    found = set()
    for names, allowed in table.allowed.items():
        levels = [factors[name] for name in names]
        for index in np.argwhere(allowed):
            found.add(tuple((n, each[i]) for n, each, i in zip(names, levels, index, strict=True)))
    return frozenset(found), table.excluded


def met(rows: Iterable[Row], factors: Factors, strength: int) -> frozenset[Tuple]:
    """The tuples that some row meets."""
    return frozenset(
        each for row in rows for each in combinations([(name, row[name]) for name in factors], strength)
    )


def missing(
    rows: Iterable[Row], factors: Factors, strength: int, rules: Sequence[Rule] = ()
) -> frozenset[Tuple]:
    """The possible tuples that no row meets."""
    return tuples(factors, strength, rules)[0] - met(rows, factors, strength)


def covering(
    factors: Factors, strength: int, rules: Sequence[Rule], rng: np.random.Generator
) -> list[dict[str, Level]]:
    """Rows that meet every possible tuple of so many factors; of levels that meet alike the earlier is taken.

    Raises ValueError for a tuple that is possible by itself and in no row.
    """
    table = _Table(factors, strength, rules)
    rows = []
    while len(unmet := table.unmet()):
        seeds = [table.tuple_at(int(rng.choice(unmet))) for _ in range(CANDIDATES)]
        made = [row for seed in seeds if (row := table.around(seed, rng)) is not None]
        best = max(made, key=table.gain) if made else table.completed(seeds[0])
        table.meet(best)
        rows.append({name: levels[i] for (name, levels), i in zip(factors.items(), best, strict=True)})
    return rows


# A level that is not chosen yet.
OPEN = -1


class _Table:
    """Which tuples are possible, and which of those no row meets yet; a row is its levels by number."""

    def __init__(self, factors: Factors, strength: int, rules: Sequence[Rule]) -> None:
        self._factors, self._rules = factors, rules
        self._names = list(factors)
        self._counts = np.array([len(levels) for levels in factors.values()])
        self._verdicts: dict[tuple[int, tuple[tuple[int, int], ...]], bool] = {}
        self.excluded: Counter[str] = Counter()
        self._members = np.array(list(combinations(range(len(factors)), strength)))
        self.allowed = {
            tuple(self._names[f] for f in members): self._allowed(members) for members in self._members
        }
        counts = self._counts[self._members]
        # A tuple's place: its combination's start, and each level's number times its stride.
        self._strides = np.cumprod(np.hstack([counts, np.ones_like(counts[:, :1])])[:, :0:-1], axis=1)[
            :, ::-1
        ]
        self._starts = np.cumsum(counts.prod(axis=1)) - counts.prod(axis=1)
        self._unmet = np.concatenate([allowed.ravel() for allowed in self.allowed.values()])

    def _allowed(self, members: Array) -> Array:
        """The possible tuples of these factors, one axis each."""
        shape = self._counts[members]
        allowed = np.ones(shape, bool)
        for number, rule in enumerate(self._rules):
            some = [f for f in members if self._names[f] in rule.factors]
            if some:
                told = [
                    self._excludes(number, tuple(zip(some, levels, strict=True)))
                    for levels in product(*(range(self._counts[f]) for f in some))
                ]
                axes = [self._counts[f] if f in some else 1 for f in members]
                excluded = allowed & np.array(told).reshape(axes)
                self.excluded[rule.name] += int(np.count_nonzero(excluded))
                allowed &= ~excluded
        return allowed

    def _excludes(self, number: int, levels: tuple[tuple[int, int], ...]) -> bool:
        """The verdict of a rule on levels of some of its factors."""
        key = (number, levels)
        if key not in self._verdicts:
            row = {self._names[f]: self._factors[self._names[f]][level] for f, level in levels}
            self._verdicts[key] = bool(self._rules[number].excludes(row))
        return self._verdicts[key]

    def _possible(self, row: Array) -> bool:
        """Does no rule exclude the levels that are chosen?"""
        for number, rule in enumerate(self._rules):
            some = ((f, int(level)) for f, level in enumerate(row) if level != OPEN)
            levels = tuple((f, level) for f, level in some if self._names[f] in rule.factors)
            if levels and self._excludes(number, levels):
                return False
        return True

    def unmet(self) -> Array:
        """The places of the possible tuples that no row meets."""
        return np.flatnonzero(self._unmet)

    def tuple_at(self, place: int) -> Array:
        """A row of which the tuple at a place is chosen."""
        number = int(np.searchsorted(self._starts, place, side="right")) - 1
        members, row = self._members[number], np.full(len(self._names), OPEN)
        row[members] = np.unravel_index(place - self._starts[number], self._counts[members])
        return row

    def around(self, row: Array, rng: np.random.Generator) -> Array | None:
        """The row with the level of every factor that meets most, in a drawn order; None where stuck."""
        row = row.copy()
        for factor in rng.permutation(np.flatnonzero(row == OPEN)):
            for level in np.argsort(-self._gains(row, factor), kind="stable"):
                row[factor] = level
                if self._possible(row):
                    break
            else:
                return None
        return row

    def _gains(self, row: Array, factor: int) -> Array:
        """How many unmet tuples of chosen levels each level of the factor would meet."""
        levels = row[self._members]
        mine = self._members == factor
        chosen = mine.any(axis=1) & ((levels != OPEN) | mine).all(axis=1)
        strides, levels = self._strides[chosen], np.where(mine, 0, levels)[chosen]
        base = self._starts[chosen] + (strides * levels).sum(axis=1)
        stride = strides[mine[chosen]]
        places = base[:, None] + stride[:, None] * np.arange(self._counts[factor])
        gains: Array = self._unmet[places].sum(axis=0)
        return gains

    def completed(self, row: Array) -> Array:
        """The row with levels that can be had together; raises ValueError where there are none."""
        if (whole := self._search(row)) is None:
            told = ", ".join(
                f"{name} {self._factors[name][i]}"
                for name, i in zip(self._names, row, strict=True)
                if i != OPEN
            )
            raise ValueError(f"levels: {told}, needed some that a row can have together")
        return whole

    def _search(self, row: Array) -> Array | None:
        factors = np.flatnonzero(row == OPEN)
        if not len(factors):
            return row
        for level in range(self._counts[factors[0]]):
            tried = row.copy()
            tried[factors[0]] = level
            if self._possible(tried) and (whole := self._search(tried)) is not None:
                return whole
        return None

    def _places(self, row: Array) -> Array:
        places: Array = self._starts + (self._strides * row[self._members]).sum(axis=1)
        return places

    def gain(self, row: Array) -> int:
        """How many unmet tuples it meets."""
        return int(self._unmet[self._places(row)].sum())

    def meet(self, row: Array) -> None:
        """From now on its tuples are met."""
        self._unmet[self._places(row)] = False
