"""Blocks of cases, which are what is handed out, done once, and kept.

A case is drawn from a generator of its own, seeded by (seed, block, number): who draws it, when, and after
what makes no difference.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

# Cases of a block: some seconds of work, beside which what handing out and keeping cost is nothing. Who gives
# a campaign up loses no more than that for each process.
CASES = 50


@dataclass(frozen=True, order=True)
class Place:
    """Where a case is in a campaign; from this alone it can be drawn again."""

    seed: int
    block: int
    number: int

    def rng(self) -> np.random.Generator:
        """The generator that the case is drawn from."""
        return np.random.default_rng((self.seed, self.block, self.number))

    def __str__(self) -> str:
        return f"{self.seed}-{self.block}-{self.number}"


@dataclass(frozen=True, order=True)
class Block:
    """The first ``size`` cases of the block with this index."""

    seed: int
    index: int
    size: int = CASES

    def place(self, number: int) -> Place:
        """Of its case with that number."""
        return Place(self.seed, self.index, number)


def count(cases: int) -> int:
    """How many blocks so many cases are."""
    return -(-cases // CASES)


def size_of(index: int, cases: int) -> int:
    """How many of so many cases are in the block with this index; the last one may hold fewer than others."""
    return max(0, min(CASES, cases - index * CASES))


def blocks(seed: int, cases: int) -> Iterator[Block]:
    """The blocks of so many cases, in order."""
    for index in range(count(cases)):
        yield Block(seed, index, size_of(index, cases))
