"""Each size of a row as a number of its class, so that every number meets every level of other factors."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from verification.asked.covering import Factors, Level, Rule, possible, row_with
from verification.asked.factors import CHECKPOINTS, TRUNCATIONS, numbers, sizes_of

# A factor of sizes, a number, another factor and its level.
Met: TypeAlias = tuple[str, int, str, Level]


@dataclass(frozen=True)
class Row:
    """A level of every factor, and a number of each size's class."""

    levels: Mapping[str, Level]
    sizes: Mapping[str, int]

    def met(self) -> Iterator[Met]:
        """Which numbers stand beside which levels."""
        for name, number in self.sizes.items():
            for other, level in self.levels.items():
                if other != factor_of(name):
                    yield name, number, other, level


def factor_of(name: str) -> str:
    """The factor of N, of T, or of a dimension."""
    return name if name in ("N", "T") else f"size {name}"


def numbered(rows: Iterable[Mapping[str, Level]], shortest: int) -> list[Row]:
    """The rows, each with the numbers that meet most of what is not met yet."""
    met: set[Met] = set()
    made = []
    for levels in rows:
        least, sizes = least_steps(levels, shortest), {}
        for name, span in sizes_of(levels).items():
            others = [item for item in levels.items() if item[0] != factor_of(name)]
            fitting = [n for n in numbers(span) if name != "T" or n >= least] or [span[1]]
            sizes[name] = max(fitting, key=lambda n: sum((name, n, *item) not in met for item in others))
        made.append(Row(levels, sizes))
        met |= set(made[-1].met())
    return made


def least_steps(levels: Mapping[str, Level], shortest: int) -> int:
    """The fewest steps on which a row's levels are what they are called."""
    policies = {level: least for of_kind in TRUNCATIONS.values() for level, least in of_kind.items()}
    named: int = policies.get(levels["policy"], 1)
    early: bool = levels.get("lengths", "alike") != "alike"
    return max(named, CHECKPOINTS[levels.get("checkpoints", "none")], shortest + int(early))


def wanted(factors: Factors, rules: Sequence[Rule]) -> list[Met]:
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


def completed(rows: list[Row], factors: Factors, rules: Sequence[Rule], shortest: int) -> list[Row]:
    """The rows, and some more for numbers that have not met every level."""
    met = {each for row in rows for each in row.met()}
    more: list[Row] = []
    for name, number, other, level in wanted(factors, rules):
        if (name, number, other, level) not in met:
            levels = _beside(name, number, (other, level), met, factors, rules)
            if levels is None or (name == "T" and number < least_steps(levels, shortest)):
                continue
            (row,) = numbered([levels], shortest)
            more.append(Row(levels, {**row.sizes, name: number}))
            met |= set(more[-1].met())
    return rows + more


def _beside(
    name: str, number: int, first: tuple[str, Level], met: set[Met], factors: Factors, rules: Sequence[Rule]
) -> dict[str, Level] | None:
    """Levels beside a number: those that it has not met, or else the cheapest; None if there are none."""
    span = next(span for span in factors[factor_of(name)] if number in numbers(span))
    row: dict[str, Level] = {factor_of(name): span, first[0]: first[1]}
    for other, levels in factors.items():
        if other not in row:
            new = (level for level in levels if (name, number, other, level) not in met)
            beside = (level for level in new if row_with({**row, other: level}, factors, rules) is not None)
            if (level := next(beside, None)) is not None:
                row[other] = level
    return row_with(row, factors, rules)
