"""Sizes between the numbers of the classes: each run has some of them, by its seed, and few seeds have all.

A fault that shows where steps are a multiple of ten, or where a last block of records is incomplete, is at
sizes that are neither a power of two nor next to one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest

import numpy as np

from verification.models.model import Model
from verification.sampling.at_random import AtRandom
from verification.sampling.claim import Claim
from verification.sampling.design import Design
from verification.sampling.factors import LONG_STEPS, NUMBERS, dimensions, most_of, needs_readout
from verification.sampling.numbering import Row
from verification.sampling.sample import in_floats

# A run has one in so many of the sizes left out, and one in so many of the numbers of steps beyond the
# classes: this many consecutive seeds leave none out. They are primes, so that the numbers of one run have
# every remainder by 2 to 6, and by 8 to 12.
APART, LONG_APART = 7, 41

# How often each size is run, with other sizes; a number of steps beyond the classes once, because it is
# expensive.
TIMES = 2

# How often other sizes are sought.
TRIES = 8

# The seconds, about, that they may make a row cost.
COMPANIONS = 0.05

# Rows of one seed at most, by which they are numbered.
ROWS = 1_000


def between(model: Model, claim: Claim) -> Design:
    """How a case is made of a row of sizes between the classes."""
    return replace(in_floats(model, claim), of="between the classes")


def rows_between(model: Model, claim: Claim, seed: int) -> dict[int, Row]:
    """The rows of a seed, by number, in a drawn order; none for an engine that compiles for each shape."""
    rng = np.random.default_rng(seed)
    at_random = AtRandom(in_floats(model, claim))
    left = _left_out(model, claim)
    sizes = [] if claim.compiled else [*_sizes(left, claim, seed)]
    rows = [
        _row(at_random, sizes[i], left, rng)
        for again in range(TIMES)
        for i in rng.permutation(len(sizes))
        if not again or sizes[i].get("T", 0) <= NUMBERS[-1]
    ]
    return {seed * ROWS + i: row for i, row in enumerate(rows)}


def _row(
    at_random: AtRandom, sizes: Mapping[str, int], left: Mapping[str, list[int]], rng: np.random.Generator
) -> Row:
    """A row of these sizes, whose others are such numbers as well if that costs little; else a cheap one."""
    for _ in range(TRIES):
        # Small ones more often.
        more = {name: some[int(len(some) * rng.random() ** 3)] for name, some in left.items() if some}
        row = at_random.row(rng, {**more, **sizes})
        have = row.sizes.items() >= sizes.items()
        if have and at_random.design.seconds(row.priced) <= COMPANIONS:
            return row
    others = [at_random.row(rng, sizes) for _ in range(TRIES)]
    return min(others, key=lambda row: at_random.design.seconds(row.priced))


def _sizes(left: Mapping[str, list[int]], claim: Claim, seed: int) -> Iterator[Mapping[str, int]]:
    """Which sizes are such numbers, in each row: those of records and steps, or of the dimensions."""
    of_seed = {name: _of_seed(some, APART, seed + i) for i, (name, some) in enumerate(left.items())}
    # The more records, the fewer steps.
    of_seed["T"].reverse()
    for together in (("N", "T"), [name for name in left if name not in ("N", "T")]):
        for some in zip_longest(*(of_seed[name] for name in together)):
            yield {name: number for name, number in zip(together, some, strict=True) if number is not None}
    short, long = claim.steps
    for steps in _of_seed(
        [*range(max(short, NUMBERS[-1] + 1), min(long, LONG_STEPS - 1) + 1)], LONG_APART, seed
    ):
        yield {"T": steps}


def _left_out(model: Model, claim: Claim) -> dict[str, list[int]]:
    """Of records, of steps and of each dimension, the sizes that no class has a number for."""
    names = [name for name in dimensions(model, needs_readout(claim)) if name not in claim.sizes]
    spans = {"N": claim.records, "T": claim.steps, **{name: (1, most_of(model, name)) for name in names}}
    return {
        name: [n for n in range(low, min(high, NUMBERS[-1]) + 1) if n not in NUMBERS]
        for name, (low, high) in spans.items()
    }


def _of_seed(numbers: list[int], apart: int, seed: int) -> list[int]:
    return [number for number in numbers if number % apart == seed % apart]
