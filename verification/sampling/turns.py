"""Whose turn a row is: what is asked of a part of the rows alone, each in turn, so that it meets every level.

To ask each of several things on every row takes several times as long as the rows by themselves. Levels of
two and three factors meet in rows; one such thing and one level, or number, meet in some row of those that
are asked it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from verification.sampling.numbering import Row

# The names of what such a row as this one is asked.
Names: TypeAlias = Callable[[Row], Sequence[str]]

# On how many of the first rows all are asked: some say nothing.
FIRST = 6

# By how many rows a name goes on when it goes through them for the first time.
STRIDE = 4


def nobody(row: Row) -> Sequence[str]:
    """Where nothing is asked."""
    return ()


def _alike(row: Row) -> object:
    return None


@dataclass(frozen=True)
class Turns:
    """``names``: what takes turns on a row; ``always``: what is asked of it beside these.

    ``apart``: rows of which this differs share no turns. ``first``: of each name, the rows that are all asked
    it. ``numbers``: does a name meet numbers as well as levels? ``least``: beside how many of these it has to
    stand for the first time to be asked, when the rows are gone through once, and then once more, and so on:
    from many on the rows that it is asked are few.
    """

    names: Names
    always: Names = nobody
    apart: Callable[[Row], object] = _alike
    first: int = FIRST
    numbers: bool = True
    least: tuple[int, ...] = (1,)


def in_turn(rows: Iterable[Row], turns: Turns) -> list[Row]:
    """Each row with what it is asked: each name stands beside every level, or number, of rows that have it.

    A name goes by ``STRIDE`` rows at first, from another of the first on than its neighbours, so that few are
    asked on one row, and each on some of the first.
    """
    made = list(rows)
    of: dict[tuple[object, str], list[int]] = {}
    for number, row in enumerate(made):
        for name in turns.names(row):
            of.setdefault((turns.apart(row), name), []).append(number)
    asked = [[*turns.always(row)] for row in made]
    for place, ((_, name), numbers) in enumerate(of.items()):
        strided = [each for i in range(STRIDE) for each in numbers[(place + i) % STRIDE :: STRIDE]]
        met = set[tuple[str, object]]()

        def about(row: Row, met: set[tuple[str, object]] = met) -> set[tuple[str, object]]:
            return {*row.levels.items(), *(row.sizes.items() if turns.numbers else ())} - met

        for number in numbers[: turns.first]:
            asked[number].append(name)
            met |= about(made[number])
        for least in turns.least:
            for number in strided:
                if len(about(made[number])) >= least:
                    asked[number].append(name)
                    met |= about(made[number])
    return [replace(row, turns=tuple(names)) for row, names in zip(made, asked, strict=True)]


def dealt(rows: Sequence[Row], always: Sequence[str], names: Sequence[str], times: int) -> list[Row]:
    """Each row with what is ``always`` asked and its share of the names, each of which has so many rows."""
    shares = [[*always] for _ in rows]
    for place, name in enumerate(names):
        for turn in range(min(times, len(rows))):
            shares[(place + turn * len(rows) // times) % len(rows)].append(name)
    return [replace(row, turns=tuple(share)) for row, share in zip(rows, shares, strict=True)]
