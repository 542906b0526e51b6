"""Each size of a row as a number of its class, so that every number meets every level of other factors."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

import numpy as np

from verification.sampling.covering import Exclusion, Factors, Level, possible, row_with
from verification.sampling.factors import CHECKPOINTS, NUMBERS, TRUNCATIONS, numbers, sizes_of

# Of how many sizes that could be others one stays as it is.
LOOSE = 10

# A factor of sizes, a number, another factor and its level.
Met: TypeAlias = tuple[str, int, str, Level]

# About the seconds that a case of a row of levels takes.
Work: TypeAlias = Callable[[Mapping[str, Level]], float]

# The seconds beyond which a row is heavy: random choices do not make it so.
LIGHT = 0.1

# By what part a number may make a heavy row heavier than the least of its class does.
MORE = 0.15


@dataclass(frozen=True)
class Row:
    """A level of every factor, and a number of each size's class. ``turns``: its properties; None for all."""

    levels: Mapping[str, Level]
    sizes: Mapping[str, int]
    turns: tuple[str, ...] | None = None

    @property
    def priced(self) -> dict[str, Level]:
        """The levels, with each size's number in the place of its class: what the row costs."""
        return {**self.levels, **{factor_of(name): (number, number) for name, number in self.sizes.items()}}

    def met(self) -> Iterator[Met]:
        """Which numbers meet which levels."""
        for name, number in self.sizes.items():
            for other, level in self.levels.items():
                if other != factor_of(name):
                    yield name, number, other, level


def factor_of(name: str) -> str:
    """The factor of N, of T, or of a dimension."""
    return name if name in ("N", "T") else f"size {name}"


def numbered(rows: Iterable[Mapping[str, Level]], shortest: int, work: Work) -> list[Row]:
    """The rows, each with the numbers that meet most of what is not met yet; small ones if it is heavy."""
    met: set[Met] = set()
    made = []
    for levels in rows:
        spans, least = sizes_of(levels), least_steps(levels, shortest)
        spans["T"] = max(spans["T"][0], min(least, spans["T"][1])), spans["T"][1]
        row = Row(levels, {name: low for name, (low, _) in spans.items()})
        for name, span in spans.items():
            others = [item for item in levels.items() if item[0] != factor_of(name)]
            most = max(LIGHT, (1 + MORE) * work(row.priced))
            tried = [replace(row, sizes={**row.sizes, name: n}) for n in numbers(span) if n > span[0]]
            few = [row, *(each for each in tried if work(each.priced) <= most)]
            row = max(few, key=lambda one: sum((name, one.sizes[name], *item) not in met for item in others))
        made.append(row)
        met |= set(row.met())
    return made


def least_steps(levels: Mapping[str, Level], shortest: int) -> int:
    """The fewest steps on which a row's levels are what they are called."""
    truncations = {level: least for of_kind in TRUNCATIONS.values() for level, least in of_kind.items()}
    named: int = truncations.get(levels["truncation"], 1)
    early: bool = levels.get("lengths", "alike") != "alike"
    return max(named, CHECKPOINTS[levels.get("checkpoints", "none")], shortest + int(early))


def loosened(
    rows: Sequence[Row], factors: Factors, shortest: int, work: Work, rng: np.random.Generator
) -> list[Row]:
    """The rows, with other sizes of the same classes where every number still meets every level of a factor.

    So sizes between the numbers meet most levels as well. Heavy rows have such sizes already.
    """
    count = Counter(each for row in rows for each in row.met())
    made = []
    for row in rows:
        sizes = dict(row.sizes)
        spans = {} if work(row.levels) > LIGHT else sizes_of(row.levels)
        for name, (low, high) in spans.items():
            met = [each for each in row.met() if each[0] == name and each[3] in factors[each[2]]]
            least = least_steps(row.levels, shortest) if name == "T" else low
            between = [n for n in range(max(low, least), high + 1) if n not in NUMBERS]
            if between and rng.integers(LOOSE) > 0 and all(count[each] > 1 for each in met):
                sizes[name] = between[int(rng.integers(len(between)))]
                count.subtract(met)
        made.append(Row(row.levels, sizes))
    return made


def wanted(factors: Factors, rules: Sequence[Exclusion]) -> list[Met]:
    """All that can be met of numbers and levels."""
    return [
        (name, number, other, level)
        for name in sizes_of({factor: spans[0] for factor, spans in factors.items()})
        for span in factors[factor_of(name)]
        for number in numbers(span)
        for other, levels in factors.items()
        for level in levels
        if other != factor_of(name) and possible({factor_of(name): span, other: level}, rules)
    ]


def completed(
    rows: list[Row], factors: Factors, rules: Sequence[Exclusion], shortest: int, work: Work
) -> list[Row]:
    """The rows, and some more for numbers that have not met every level."""
    every = wanted(factors, rules)
    unmet = set(every).difference(*(row.met() for row in rows))
    more: list[Row] = []
    for each in every:
        if each in unmet and (row := _around(each, unmet, factors, rules, shortest, work)) is not None:
            more.append(row)
            unmet.difference_update(row.met())
    return rows + more


def with_each_number(
    rows: list[Row], factors: Factors, rules: Sequence[Exclusion], shortest: int, work: Work
) -> list[Row]:
    """The rows, and one more for each number that none has, beside the level that stands in fewest."""
    every, made = wanted(factors, rules), list(rows)
    unmet = set(every).difference(*(row.met() for row in rows))
    had = {item for row in rows for item in row.sizes.items()}
    count = Counter(item for row in rows for item in row.levels.items())
    for number, some in groupby(every, key=lambda each: each[:2]):
        if number not in had:
            rarest = sorted(some, key=lambda each: count[each[2:]])
            tried = (_around(each, unmet, factors, rules, shortest, work) for each in rarest)
            row = next((row for row in tried if row is not None), None)
            if row is not None:
                made.append(row)
                unmet.difference_update(row.met())
                had.update(row.sizes.items())
                count.update(row.levels.items())
    return made


def _around(
    met: Met, unmet: set[Met], factors: Factors, rules: Sequence[Exclusion], shortest: int, work: Work
) -> Row | None:
    """A row with a number beside a level, or None if there is none.

    Its other sizes are those that lack most, and its other levels those that most of its sizes lack; of
    several the cheapest, and none that makes a light row heavy.
    """
    name, number, other, level = met
    span = next(span for span in factors[factor_of(name)] if number in numbers(span))
    levels: dict[str, Level] = {factor_of(name): span, other: level}
    sizes = {name: number}
    lacking = Counter(each[:2] for each in unmet)
    cheapest = row_with(levels, factors, rules)
    most = max(LIGHT, work(cheapest)) if cheapest else 0.0

    def fits(factor: str, level: Level, steps: int | None) -> bool:
        row = row_with({**levels, factor: level}, factors, rules, factor)
        if row is None or work(row) > most:
            return False
        return steps is None or steps >= least_steps(row, shortest)

    if not fits(other, level, sizes.get("T")):
        return None
    for size in sizes_of({factor: some[0] for factor, some in factors.items()}):
        if size not in sizes:
            factor = factor_of(size)
            spans = (levels[factor],) if factor in levels else factors[factor]
            choices = sorted(
                ((some, n) for some in spans for n in numbers(some)), key=lambda c: -lacking[size, c[1]]
            )
            levels[factor], sizes[size] = next(
                (some, n) for some, n in choices if fits(factor, some, n if size == "T" else sizes.get("T"))
            )
    for factor, some in factors.items():
        if factor not in levels:
            choices = sorted(some, key=lambda c: -sum((*item, factor, c) in unmet for item in sizes.items()))
            levels[factor] = next(each for each in choices if fits(factor, each, sizes["T"]))
    return Row({name: levels[name] for name in factors}, sizes)
