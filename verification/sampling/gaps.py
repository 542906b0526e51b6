"""Sizes between the numbers of the classes: each run has some of them, by its seed, and few seeds have all.

A fault that shows where steps are a multiple of ten, where a last block of records is incomplete, or at 51
records alone, is at sizes that are neither a power of two nor next to one. The designed sample has some of
these, the same for every seed; here those come first that it has not.
"""

from collections.abc import Iterable, Iterator, Mapping
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

# Of the sizes left out a run has so many of records and of steps, in rows of both, and so many of each
# dimension in others: three consecutive seeds leave none out.
SIZES = 32

# Of the numbers of steps beyond the classes it has one in so many, because those cases are expensive.
LONG_APART = 41

# How often other sizes are sought.
TRIES = 8

# The seconds, about, that they may make a row cost.
COMPANIONS = 0.05

# Rows of one seed at most, by which they are numbered.
ROWS = 1_000


def between(model: Model, claim: Claim) -> Design:
    """How a case is made of a row of sizes between the classes."""
    return replace(in_floats(model, claim), of="between the classes")


def rows_between(model: Model, claim: Claim, seed: int, designed: Iterable[Row] = ()) -> dict[int, Row]:
    """The rows of a seed, by number, in a drawn order; none for an engine that compiles for each shape.

    ``designed``: the rows of the sample, whose sizes are met without these.
    """
    if claim.compiled:
        return {}
    rng = np.random.default_rng(seed)
    at_random = AtRandom(in_floats(model, claim))
    every = _left_out(model, claim)
    met = {item for row in designed for item in row.sizes.items()}
    unmet = {name: [n for n in some if (name, n) not in met] for name, some in every.items()}
    sizes = [*_sizes(unmet, claim, seed)]
    rows = [_row(at_random, sizes[i], every, rng) for i in rng.permutation(len(sizes))]
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


def _sizes(unmet: Mapping[str, list[int]], claim: Claim, seed: int) -> Iterator[Mapping[str, int]]:
    """Which sizes are such numbers, in each row: those of records and steps, or of the dimensions."""
    of_seed = {name: sorted(_of_seed(some, seed)) for name, some in unmet.items()}
    # The more records, the fewer steps.
    of_seed["T"].reverse()
    for together in (("N", "T"), [name for name in unmet if name not in ("N", "T")]):
        for some in zip_longest(*(of_seed[name] for name in together)):
            yield {name: number for name, number in zip(together, some, strict=True) if number is not None}
    short, long = claim.steps
    beyond = range(max(short, NUMBERS[-1] + 1), min(long, LONG_STEPS - 1) + 1)
    yield from ({"T": each} for each in beyond if each % LONG_APART == seed % LONG_APART)


def _left_out(model: Model, claim: Claim) -> dict[str, list[int]]:
    """Of records, of steps and of each dimension, the sizes that no class has a number for."""
    names = [name for name in dimensions(model, needs_readout(claim)) if name not in claim.sizes]
    spans = {"N": claim.records, "T": claim.steps, **{name: (1, most_of(model, name)) for name in names}}
    return {
        name: [n for n in range(low, min(high, NUMBERS[-1]) + 1) if n not in NUMBERS]
        for name, (low, high) in spans.items()
    }


def _of_seed(numbers: list[int], seed: int) -> list[int]:
    """So many of them at most, spread over all; the next seed has the next."""
    count = min(SIZES, len(numbers))
    spread = np.random.default_rng(0).permutation(len(numbers))
    return [numbers[spread[(seed * count + i) % len(numbers)]] for i in range(count)]
