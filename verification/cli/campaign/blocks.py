"""Blocks of cases: the units that are distributed, run and stored.

Each case is drawn from a generator of its own, seeded by (seed, block, number). So the case does not depend
on which process draws it, when, or in which order.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

# Cases of a block: some seconds of work, which outweigh the cost of distributing and storing it.
CASES = 50


@dataclass(frozen=True, order=True)
class CaseId:
    """Identifies a case of a campaign, which can be drawn again from it."""

    seed: int
    block: int
    number: int

    def rng(self) -> np.random.Generator:
        """The generator that the case is drawn from."""
        return np.random.default_rng((self.seed, self.block, self.number))

    def __str__(self) -> str:
        return f"{self.seed}-{self.block}-{self.number}"


@dataclass(frozen=True)
class SeededBlock:
    """The first ``size`` cases of the block with this index."""

    seed: int
    index: int
    size: int = CASES

    def cases(self) -> Iterator[CaseId]:
        """Its cases, in order."""
        return (CaseId(self.seed, self.index, number) for number in range(self.size))


def count(cases: int) -> int:
    """How many blocks this many cases need."""
    return -(-cases // CASES)


def size_of(index: int, cases: int) -> int:
    """How many cases the block with this index holds; the last one may hold fewer than the others."""
    return max(0, min(CASES, cases - index * CASES))


def blocks(seed: int, cases: int, first: int = 0) -> Iterator[SeededBlock]:
    """The blocks of so many cases in order, from the index ``first`` on."""
    for index in range(first, count(cases)):
        yield SeededBlock(seed, index, size_of(index, cases))
