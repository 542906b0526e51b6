"""Whose turn a row is: what is asked of a part of the rows alone, each in turn, so that it meets every level.

To ask each of several things on every row takes several times as long as the rows by themselves. Levels of
two and three factors meet in rows; one such thing and one level, or number, meet in some row of those that
are asked it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from verification.sampling.numbering import Row

# The names of what takes turns on such rows as this one: large ones are asked less.
Names: TypeAlias = Callable[[Row], Sequence[str]]


def nobody(row: Row) -> Sequence[str]:
    """Where nothing takes turns."""
    return ()


# On how many of the first rows all are asked: some say nothing.
FIRST = 6


def in_turn(rows: Iterable[Row], names: Names, first: int = FIRST) -> list[Row]:
    """Each row with the names that stand beside one of its levels or numbers for the first time.

    The rows go round, and each name begins at a row of its own, so that they are asked on different ones.
    Rows that have no names by themselves, and rows of other names, are apart.
    """
    made = list(rows)
    alike: dict[tuple[str, ...], list[int]] = {}
    for number, row in enumerate(made):
        alike.setdefault(tuple(names(row)), []).append(number)
    turns: list[list[str]] = [[] for _ in made]
    for of, numbers in alike.items():
        for place, name in enumerate(of):
            start = place * len(numbers) // len(of)
            met = set[tuple[str, object]]()
            for number in (*numbers[:first], *numbers[start:], *numbers[:start]):
                about = {*made[number].levels.items(), *made[number].sizes.items()}
                if name not in turns[number] and (number in numbers[:first] or not about <= met):
                    turns[number].append(name)
                    met |= about
    return [replace(row, turns=tuple(of)) for row, of in zip(made, turns, strict=True)]
