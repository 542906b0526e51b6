"""Cases for what a run has met too rarely: they are drawn until they have it.

Rows meet levels. What the contract asks besides, such as a window that is shorter than the sequence by two
steps, many rows have by chance, and few rows not always.
"""

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from verification.judging.contract import contract
from verification.models.case import Case
from verification.models.model import Model
from verification.properties.engine import Engine, FixedCase
from verification.properties.findings import truth_of
from verification.sampling.at_random import AtRandom
from verification.sampling.claim import Claim
from verification.sampling.sample import in_floats

# How many cases are drawn for one: the rarest entry is met by one in thirty.
TRIES = 300


def sought(engine: Engine, seen: Mapping[str, int]) -> Iterator[FixedCase]:
    """One case for each time that an entry is lacking; ``seen``: how many informative cases have met it."""
    for entry in contract(engine.claim):
        for number in range(seen.get(entry.name, 0), entry.least):
            make = partial(case_with, engine.model, engine.claim, entry.name, number)
            yield FixedCase(None, f"{entry.name}, {number}", make)


def case_with(model: Model, claim: Claim, name: str, number: int) -> Case:
    """An informative case that meets the entry of that name, or the last one drawn; the same for the same
    number.
    """
    (entry,) = (each for each in contract(claim) if each.name == name)
    at_random, rng = AtRandom(in_floats(model, claim)), np.random.default_rng(number)
    for _ in range(TRIES):
        case = at_random.case(rng)
        if entry.met(case) and truth_of(case).informative(claim.blocks):
            break
    return case
