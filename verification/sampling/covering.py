"""A covering array: few rows in which all levels of any two, three or four factors meet.

Faults hide where conditions meet, and seldom needs one more than three (Kuhn, Wallace and Gallo, *Software
fault interactions and implications for software testing*, 2004). A row has one level of every factor.
*Rules* exclude what cannot occur or costs too much. Rows are made greedily, as in AETG (Cohen and others,
1997): a tuple that is not met yet, and around it, factor by factor, the level that meets most.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations, product
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

    def excludes(self, row: Row) -> bool:
        """Does it exclude the row, whatever its other levels are?"""
        # No level is None.
        key = tuple(map(row.get, self.factors))
        result = self._known.get(key)
        if result is None:
            some = {name: level for name, level in zip(self.factors, key, strict=True) if level is not None}
            result = self._known[key] = bool(some) and bool(self.verdict(some))
        return result

    @cached_property
    def _known(self) -> dict[tuple[Level | None, ...], bool]:
        return {}


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
    while len(unmet := table.unmet()):
        seeds = [table.tuple_at(int(rng.choice(unmet))) for _ in range(CANDIDATES)]
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
            order = {
                name: [factors[name][i] for i in rng.permutation(len(factors[name]))] for name in factors
            }
            row = row_with(dict(levels), order, rules)
            rows += [] if row is None else [row]
    return rows


def row_with(
    levels: Row, factors: Factors, rules: Sequence[Exclusion], new: str = ""
) -> dict[str, Level] | None:
    """The first row that has these levels, or None if no row can.

    ``new``: the factor whose level is the last, where no rule excludes the others.
    """
    of = _by_factor(tuple(rules))
    if not possible(levels, of.get(new, ()) if new else rules):
        return None
    open_, row = [name for name in factors if name not in levels], dict(levels)
    return {name: row[name] for name in factors} if _completed(row, open_, 0, factors, of) else None


def _completed(
    row: dict[str, Level],
    open_: Sequence[str],
    done: int,
    factors: Factors,
    rules: Mapping[str, list[Exclusion]],
) -> bool:
    """Puts the first levels of these factors into a row, those that are ``done`` aside, if there are any.

    No rule excludes what it has. ``rules``: by the factors that they look at; the others have been looked at.
    """
    if done == len(open_):
        return True
    name = open_[done]
    new = rules.get(name, ())
    for level in factors[name]:
        row[name] = level
        if possible(row, new) and _completed(row, open_, done + 1, factors, rules):
            return True
    del row[name]
    return False


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

    A tuple's place is its combination's start, and each level's number times its stride.
    """

    def __init__(self, factors: Factors, strength: int) -> None:
        self._levels = [{level: i for i, level in enumerate(levels)} for levels in factors.values()]
        self._names = list(factors)
        self.members = np.array([*combinations(range(len(factors)), strength)])
        counts = np.array([len(levels) for levels in factors.values()])[self.members]
        ones = np.ones_like(counts[:, :1])
        self.strides = np.cumprod(np.hstack([counts, ones])[:, :0:-1], axis=1)[:, ::-1]
        self._columns = np.ascontiguousarray(self.members.T), np.ascontiguousarray(self.strides.T)
        self.starts = np.cumsum(counts.prod(axis=1)) - counts.prod(axis=1)
        self.count = int(counts.prod(axis=1).sum())

    def by_level(self, some: Array) -> dict[tuple[str, Level], int]:
        """How many of some tuples (count,), given by their places, each level of each factor is in."""
        found: Counter[tuple[str, Level]] = Counter()
        for members, start in zip(self.members, self.starts, strict=True):
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
        return self.with_members(row)[0]

    def with_members(self, row: Array) -> tuple[Array, Array]:
        """The same (count,), and which factors each is of, by number (count, strength)."""
        places, chosen = _placed(row, *self._columns, self.starts)
        return places, self.members[chosen]


def _placed(row: Array, members: Array, strides: Array, starts: Array) -> tuple[Array, Array]:
    """The places (chosen,) of those of some tuples (strength, count) that are chosen, and which those are.

    By columns: to reduce along an axis of two or three takes NumPy several times as long.
    """
    levels = row.take(members)
    chosen = np.logical_and.reduce(levels != OPEN)
    return (starts + (strides * levels).sum(axis=0))[chosen], chosen


class _Coverage:
    """Which tuples are possible, and which of those no row meets yet; a row is its levels by number."""

    def __init__(self, factors: Factors, strength: int, rules: Sequence[Exclusion]) -> None:
        self._factors, self._rules = factors, rules
        self._names = list(factors)
        self._counts = np.array([len(levels) for levels in factors.values()])
        self._verdicts: dict[tuple[int, tuple[tuple[int, int], ...]], bool] = {}
        # By rule, the factors that it looks at, and by factor, the rules that look at it.
        self._looked_at = [[f for f, n in enumerate(self._names) if n in rule.factors] for rule in rules]
        self._rules_of = [
            [number for number, looked_at in enumerate(self._looked_at) if f in looked_at]
            for f in range(len(self._names))
        ]
        self.excluded: Counter[str] = Counter()
        self.places = TupleNumbers(factors, strength)
        self.allowed = {
            tuple(self._names[f] for f in members): self._allowed(members) for members in self.places.members
        }
        self._unmet = np.concatenate([allowed.ravel() for allowed in self.allowed.values()])
        self._beside = [self._others(f) for f in range(len(self._names))]

    def _others(self, factor: int) -> tuple[Array, Array, Array, Array]:
        """Of combinations with a factor the other members with their strides, its own stride, the start."""
        mine = self.places.members == factor
        some = mine.any(axis=1)
        shape = int(some.sum()), self.places.members.shape[1] - 1
        others = ~mine[some]
        members, strides = self.places.members[some], self.places.strides[some]
        own = strides[mine[some]]
        beside = (np.ascontiguousarray(each[others].reshape(shape).T) for each in (members, strides))
        return *beside, own, self.places.starts[some]

    def _allowed(self, members: Array) -> Array:
        """The possible tuples of these factors, one axis each."""
        shape = self._counts[members]
        allowed = np.ones(shape, bool)
        for number, rule in enumerate(self._rules):
            some = [f for f in members if self._names[f] in rule.factors]
            if some:
                rejected = [
                    self._excludes(number, tuple(zip(some, levels, strict=True)))
                    for levels in product(*(range(self._counts[f]) for f in some))
                ]
                axes = [self._counts[f] if f in some else 1 for f in members]
                excluded = allowed & np.array(rejected).reshape(axes)
                self.excluded[rule.name] += int(np.count_nonzero(excluded))
                allowed &= ~excluded
        return allowed

    def _excludes(self, number: int, levels: tuple[tuple[int, int], ...]) -> bool:
        """The verdict of a rule on levels of some of its factors."""
        key = (number, levels)
        verdict = self._verdicts.get(key)
        if verdict is None:
            row = {self._names[f]: self._factors[self._names[f]][level] for f, level in levels}
            verdict = self._verdicts[key] = bool(self._rules[number].excludes(row))
        return verdict

    def _possible(self, row: Array, factor: int) -> bool:
        """Does no rule exclude the levels that are chosen? The factor's is the last: others were possible."""
        chosen = row.tolist()
        for number in self._rules_of[factor]:
            levels = tuple([(f, chosen[f]) for f in self._looked_at[number] if chosen[f] != OPEN])
            if self._excludes(number, levels):
                return False
        return True

    def unmet(self) -> Array:
        """The places of the possible tuples that no row meets."""
        return np.flatnonzero(self._unmet)

    def tuple_at(self, place: int) -> Array:
        """A row of which the tuple at a place is chosen."""
        number = int(np.searchsorted(self.places.starts, place, side="right")) - 1
        members, row = self.places.members[number], np.full(len(self._names), OPEN)
        row[members] = np.unravel_index(place - self.places.starts[number], self._counts[members])
        return row

    def around(self, row: Array, rng: np.random.Generator) -> Array | None:
        """The row with the level of every factor that meets most, in a drawn order; None where stuck."""
        row = row.copy()
        for factor in rng.permutation(np.flatnonzero(row == OPEN)):
            for level in np.argsort(-self._gains(row, factor), kind="stable"):
                row[factor] = level
                if self._possible(row, factor):
                    break
            else:
                return None
        return row

    def _gains(self, row: Array, factor: int) -> Array:
        """How many unmet tuples of chosen levels each level of the factor would meet."""
        members, strides, own, starts = self._beside[factor]
        base, chosen = _placed(row, members, strides, starts)
        places = base + own[chosen] * np.arange(self._counts[factor])[:, None]
        gains: Array = np.count_nonzero(self._unmet[places], axis=1)
        return gains

    def completed(self, row: Array) -> Array | None:
        """The row with levels that can be had together, or None."""
        chosen = {name: self._factors[name][i] for name, i in zip(self._names, row, strict=True) if i != OPEN}
        whole = row_with(chosen, self._factors, self._rules)
        return None if whole is None else self.places.numbered(whole)

    def levels(self, row: Array) -> dict[str, Level]:
        """A row by its levels."""
        return {name: self._factors[name][i] for name, i in zip(self._names, row, strict=True)}

    def gain(self, row: Array) -> int:
        """How many unmet tuples it meets."""
        return int(np.count_nonzero(self._unmet[self.places.of(row)]))

    def meet(self, row: Array) -> None:
        """From now on its tuples are met, or of a row that is none the one that it was made around."""
        self._unmet[self.places.of(row)] = False
