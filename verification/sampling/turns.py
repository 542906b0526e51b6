"""Turns: properties that are checked on a part of the rows only, chosen so that each meets every level.

Checking several properties on every row takes several times as long as the rows by themselves. Levels of two
and three factors meet in rows; each such property meets each level, or number, in some row on which it is
checked.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from verification.sampling.numbering import Row

# The names of the properties for such a row.
Names: TypeAlias = Callable[[Row], Sequence[str]]

# On how many of the first rows every property is checked: some rows show nothing.
FIRST = 6

# By how many rows a name goes on when it goes through them for the first time.
STRIDE = 4


def nobody(row: Row) -> Sequence[str]:
    """No properties."""
    return ()


@dataclass(frozen=True)
class Turns:
    """``names``: the properties in turn on a row; ``always``: those that are checked on it as well.

    ``apart``: rows that differ by it have turns of their own. ``first``: for each name, on how many rows all
    are checked at first. ``numbers``: does a name have to meet numbers as well as levels? ``least``: how many
    unmet levels a row must have for a name to be checked on it, when the rows are gone through once, and then
    once more, and so on: starting high, few rows are needed.
    """

    names: Names
    always: Names = nobody
    apart: Callable[[Row], object] = lambda row: None
    first: int = FIRST
    numbers: bool = True
    least: tuple[int, ...] = (1,)


def in_turn(rows: Iterable[Row], turns: Turns) -> list[Row]:
    """Each row with its properties: each name meets every level, or number, of the rows that have it.

    A name takes every ``STRIDE``-th row at first, with another start than its neighbours, so that a row has
    few names, and each name some of the first rows.
    """
    made = list(rows)
    of: dict[tuple[object, str], list[int]] = {}
    for number, row in enumerate(made):
        for name in turns.names(row):
            of.setdefault((turns.apart(row), name), []).append(number)
    checked = [[*turns.always(row)] for row in made]
    for place, ((_, name), numbers) in enumerate(of.items()):
        strided = [each for i in range(STRIDE) for each in numbers[(place + i) % STRIDE :: STRIDE]]
        met = set[tuple[str, object]]()

        def about(row: Row, met: set[tuple[str, object]] = met) -> set[tuple[str, object]]:
            return {*row.levels.items(), *(row.sizes.items() if turns.numbers else ())} - met

        for number in numbers[: turns.first]:
            checked[number].append(name)
            met |= about(made[number])
        for least in turns.least:
            for number in strided:
                if len(about(made[number])) >= least:
                    checked[number].append(name)
                    met |= about(made[number])
    return [replace(row, turns=tuple(names)) for row, names in zip(made, checked, strict=True)]
