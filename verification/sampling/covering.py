"""A covering array: few rows in which all levels of any two, three or four factors meet.

Faults hide where conditions meet, and seldom needs one more than three (Kuhn, Wallace and Gallo, *Software
fault interactions and implications for software testing*, 2004). A row has one level of every factor.
*Rules* exclude what cannot occur or costs too much. Rows are made greedily, as in AETG (Cohen and others,
1997): a tuple that is not met yet, and around it, factor by factor, the level that meets most.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, compress, product
from math import prod
from typing import Any, TypeAlias

import numpy as np

from verification.models.arrays import Array

Level: TypeAlias = Any
Factors: TypeAlias = Mapping[str, Sequence[Level]]
Row: TypeAlias = Mapping[str, Level]
Tuple: TypeAlias = tuple[tuple[str, Level], ...]

# Rows that are made around a tuple, of which the one that meets most is taken.
CANDIDATES = 3


@dataclass(frozen=True, eq=False)
class Exclusion:
    """Excludes rows, by the levels of some factors.

    ``verdict(row)`` is for rows that have some of these factors and no others, and is true only if no levels
    of those that are missing could mend it. It is computed once for each: levels can be hashed.
    """

    name: str
    factors: tuple[str, ...]
    verdict: Callable[[Row], bool]
    _known: dict[tuple[Level | None, ...], bool] = field(default_factory=dict, init=False, repr=False)

    def excludes(self, row: Row) -> bool:
        """Does it exclude the row, whatever its other levels are?"""
        # No level is None.
        key = tuple(map(row.get, self.factors))
        result = self._known.get(key)
        if result is None:
            some = {name: level for name, level in zip(self.factors, key, strict=True) if level is not None}
            result = self._known[key] = bool(some) and bool(self.verdict(some))
        return result


# Is a level, of some factor, one of those that are meant?
Meant: TypeAlias = Callable[[Level], bool]


def these(*levels: Level) -> Meant:
    """Those alone."""
    return levels.__contains__


def but(*levels: Level) -> Meant:
    """All others."""
    return lambda level: level not in levels


def fewer(least: int) -> Meant:
    """Of sizes, the classes that end below this one."""
    return lambda span: bool(span[1] < least)


def never(name: str, *together: Mapping[str, Meant]) -> Exclusion:
    """Excludes rows that have, of every factor of one of these combinations, a level that is meant."""
    factors = tuple(dict.fromkeys(factor for each in together for factor in each))

    def verdict(row: Row) -> bool:
        return any(all(f in row and meant(row[f]) for f, meant in each.items()) for each in together)

    return Exclusion(name, factors, verdict)


def possible(row: Row, rules: Sequence[Exclusion]) -> bool:
    """Does no rule exclude it?"""
    # It is called some million times, and starting a generator takes a third of that.
    for rule in rules:  # noqa: SIM110
        if rule.excludes(row):
            return False
    return True


def tuples(
    factors: Factors, strength: int, rules: Sequence[Exclusion] = ()
) -> tuple[frozenset[Tuple], Counter[str]]:
    """Every possible tuple of levels of so many factors, and how many each rule excludes.

    One that several rules exclude is counted by the first.
    """
    table = _Coverage(factors, strength, rules)
    every = (
        tuple(zip(names, levels, strict=True))
        for names in combinations(factors, strength)
        for levels in product(*(factors[name] for name in names))
    )
    return frozenset(compress(every, table.unmet)), table.excluded


def met(rows: Iterable[Row], factors: Factors, strength: int) -> frozenset[Tuple]:
    """The tuples that some row meets."""
    return frozenset(
        each for row in rows for each in combinations([(name, row[name]) for name in factors], strength)
    )


def covering(
    factors: Factors,
    strength: int,
    rules: Sequence[Exclusion],
    rng: np.random.Generator,
    given: Iterable[Row] = (),
    cost: Callable[[Row], float] = lambda row: 1.0,
) -> list[dict[str, Level]]:
    """Rows that meet every possible tuple of so many factors; of levels that meet alike the earlier is taken.

    A tuple that no row can have is left out, and what rows that are ``given`` meet. What a row meets is held
    against the root of its ``cost``: by the whole of it rows would be many, each with little that is new.
    """
    table = _Coverage(factors, strength, rules)

    def worth(row: Array) -> float:
        return table.gain(row) / math.sqrt(cost(table.levels(row)))

    for each in given:
        table.meet(table.places.numbered(each))
    rows = []
    while len(unmet := np.flatnonzero(table.unmet)):
        seeds = [table.places.row_at(int(rng.choice(unmet))) for _ in range(CANDIDATES)]
        made = [row for seed in seeds if (row := table.around(seed, rng)) is not None]
        best = max(made, key=worth) if made else table.completed(seeds[0])
        if best is None:
            table.meet(seeds[0])
            continue
        table.meet(best)
        rows.append(table.levels(best))
    return rows


def companions(
    wanted: Iterable[Tuple], factors: Factors, rules: Sequence[Exclusion], rng: np.random.Generator
) -> list[dict[str, Level]]:
    """Rows that meet these tuples, their other levels drawn; none for a tuple that no row can have."""
    rows: list[dict[str, Level]] = []
    for levels in sorted(wanted, key=repr):
        if not any(all(row[name] == level for name, level in levels) for row in rows):
            # The order in which levels are tried is what makes the row.
            order = {name: permuted(each, rng) for name, each in factors.items()}
            row = row_with(dict(levels), order, rules)
            rows += [] if row is None else [row]
    return rows


def permuted(levels: Sequence[Level], rng: np.random.Generator) -> tuple[Level, ...]:
    """The levels in a drawn order."""
    return tuple(levels[i] for i in rng.permutation(len(levels)))


def row_with(
    levels: Row, factors: Factors, rules: Sequence[Exclusion], new: str = ""
) -> dict[str, Level] | None:
    """The first row that has these levels, or None if no row can.

    ``new``: the factor whose level is the last, where no rule excludes the others.
    """
    of = _by_factor(tuple(rules))
    if not possible(levels, of.get(new, ()) if new else rules):
        return None
    row, left = dict(levels), [name for name in factors if name not in levels]

    def completed(done: int) -> bool:
        """Puts in the first levels of the factors that are left; False if none of them are possible."""
        if done == len(left):
            return True
        name = left[done]
        for level in factors[name]:
            row[name] = level
            # The other rules have been asked already.
            if possible(row, of.get(name, ())) and completed(done + 1):
                return True
        del row[name]
        return False

    return {name: row[name] for name in factors} if completed(0) else None


@lru_cache(maxsize=64)
def _by_factor(rules: tuple[Exclusion, ...]) -> dict[str, list[Exclusion]]:
    """The rules that look at each factor."""
    found: dict[str, list[Exclusion]] = {}
    for rule in rules:
        for name in rule.factors:
            found.setdefault(name, []).append(rule)
    return found


# A level that is not chosen yet.
OPEN = -1


class TupleNumbers:
    """A number for each tuple of levels of so many factors; a row is its levels by number (F,), or ``OPEN``.

    A tuple's place is its combination's start, and each level's number times its stride: the tuples of one
    combination after those of another. ``members``: which factors each is of (strength, combinations), by
    columns, because to reduce along an axis of two or three takes NumPy several times as long.
    """

    def __init__(self, factors: Factors, strength: int) -> None:
        self._levels = [{level: i for i, level in enumerate(levels)} for levels in factors.values()]
        self._names = list(factors)
        self.members = np.array([*combinations(range(len(factors)), strength)]).T.copy()
        self._counts = np.array([len(levels) for levels in factors.values()])[self.members]
        ones = np.ones_like(self._counts[:1])
        self.strides = np.cumprod(np.vstack([self._counts, ones])[:0:-1], axis=0)[::-1].copy()
        sizes = self._counts.prod(axis=0)
        self._starts, self.count = np.cumsum(sizes) - sizes, int(sizes.sum())

    def by_level(self, some: Array) -> dict[tuple[str, Level], int]:
        """How many of some tuples (count,), given by their places, each level of each factor is in."""
        found: Counter[tuple[str, Level]] = Counter()
        for members, start in zip(self.members.T, self._starts, strict=True):
            shape = tuple(len(self._levels[f]) for f in members)
            here = some[start : start + prod(shape)].reshape(shape)
            for axis, f in enumerate(members):
                counts = np.moveaxis(here, axis, 0).reshape(shape[axis], -1).sum(axis=1)
                for level, i in self._levels[f].items():
                    found[self._names[f], level] += int(counts[i])
        return found

    def numbered(self, row: Row) -> Array:
        """A row's levels by number (F,); ``OPEN`` is one that these factors do not have."""
        return np.array([of.get(row[name], OPEN) for name, of in zip(self._names, self._levels, strict=True)])

    def of(self, row: Array) -> Array:
        """The places of the tuples that a row has chosen."""
        return self.chosen(row)[0]

    def chosen(self, row: Array) -> tuple[Array, Array]:
        """The same (count,), and of which combinations they are (combinations,)."""
        levels = row.take(self.members)
        chosen = np.logical_and.reduce(levels != OPEN)
        return (self._starts + (self.strides * levels).sum(axis=0))[chosen], chosen

    def row_at(self, place: int) -> Array:
        """A row of which the tuple at a place is chosen."""
        number = int(np.searchsorted(self._starts, place, side="right")) - 1
        row = np.full(len(self._names), OPEN)
        levels = (place - self._starts[number]) // self.strides[:, number] % self._counts[:, number]
        row[self.members[:, number]] = levels
        return row


class _Coverage:
    """Which tuples are possible, and which of those no row meets yet.

    A row is its levels by number, for a level may stand twice. ``excluded``: how many tuples each rule
    excludes.
    """

    def __init__(self, factors: Factors, strength: int, rules: Sequence[Exclusion]) -> None:
        self._factors, self._rules, self._rules_of = factors, rules, _by_factor(tuple(rules))
        self._names = list(factors)
        self.excluded: Counter[str] = Counter()
        self.places = TupleNumbers(factors, strength)
        self.unmet = np.concatenate([self._possible(names) for names in combinations(factors, strength)])
        # By factor, what its level's number is multiplied by in each combination; 0 where it is no member.
        own = (np.where(self.places.members == f, self.places.strides, 0) for f in range(len(factors)))
        self._own = [strides.sum(axis=0) for strides in own]

    def _possible(self, names: tuple[str, ...]) -> Array:
        """Which tuples of these factors are possible."""
        allowed = np.ones([len(self._factors[name]) for name in names], bool)
        for rule in self._rules:
            some = [name for name in names if name in rule.factors]
            if some:
                every = product(*(self._factors[name] for name in some))
                rejected = [rule.excludes(dict(zip(some, levels, strict=True))) for levels in every]
                axes = [len(self._factors[name]) if name in some else 1 for name in names]
                excluded = allowed & np.reshape(rejected, axes)
                self.excluded[rule.name] += int(np.count_nonzero(excluded))
                allowed &= ~excluded
        return allowed.ravel()

    def around(self, row: Array, rng: np.random.Generator) -> Array | None:
        """The row with the level of every factor that meets most, in a drawn order; None where stuck."""
        row, levels = row.copy(), self.levels(row)
        for factor in rng.permutation(np.flatnonzero(row == OPEN)):
            name = self._names[factor]
            for number in np.argsort(-self._gains(row, factor), kind="stable"):
                levels[name] = self._factors[name][number]
                if possible(levels, self._rules_of.get(name, ())):
                    row[factor] = number
                    break
            else:
                return None
        return row

    def _gains(self, row: Array, factor: int) -> Array:
        """How many unmet tuples the row would meet with each level of the factor."""
        first = row.copy()
        first[factor] = 0
        places, chosen = self.places.chosen(first)
        levels = np.arange(len(self._factors[self._names[factor]]))[:, None]
        gains: Array = np.count_nonzero(self.unmet[places + self._own[factor][chosen] * levels], axis=1)
        return gains

    def completed(self, row: Array) -> Array | None:
        """The row with levels that can be had together, or None."""
        whole = row_with(self.levels(row), self._factors, self._rules)
        return None if whole is None else self.places.numbered(whole)

    def levels(self, row: Array) -> dict[str, Level]:
        """A row by its levels, as far as they are chosen."""
        return {n: self._factors[n][i] for n, i in zip(self._names, row, strict=True) if i != OPEN}

    def gain(self, row: Array) -> int:
        """How many unmet tuples it meets."""
        return int(np.count_nonzero(self.unmet[self.places.of(row)]))

    def meet(self, row: Array) -> None:
        """From now on its tuples are met, or of a row that is none the one that it was made around."""
        self.unmet[self.places.of(row)] = False
