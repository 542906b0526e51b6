"""Small cases of a claim that are drawn, and what a run has to have met of them."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from verification.models.case import Case
from verification.models.model import Model
from verification.models.truncation import FULL, Standard, TruncationRule
from verification.sampling.at_random import AtRandom
from verification.sampling.claim import Claim
from verification.sampling.design import Design
from verification.sampling.fractions import in_fractions
from verification.sampling.sample import in_floats

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

# How often a run meets what it must have met; fewer could be a coincidence.
TIMES = 3

# The most of each size in a drawn case, of which a run has many.
FEW = 6

# One of each kind that truncates five steps, where the kind can.
SOME = {
    "Full": FULL,
    "Window": Standard("Window", (2,)),
    "Chunked": Standard("Chunked", (2, 2)),
    "Tail": Standard("Tail", (2,)),
}


def cases(model: Model, claim: Claim, dtype: str | None = None) -> "SearchStrategy[Case]":
    """In one number type, "object" for Fractions, or in those of the claim; half may have conditions."""
    if dtype == "object":
        return exact_cases(model, claim)
    return drawn_of(in_floats(model, claim if dtype is None else replace(claim, dtypes=(dtype,))))


def exact_cases(model: Model, claim: Claim) -> "SearchStrategy[Case]":
    """Of Fractions, with rational functions alone."""
    return drawn_of(in_fractions(model, claim))


def drawn_of(design: Design) -> "SearchStrategy[Case]":
    """Cases of a design of few numbers, as Hypothesis draws them: each from a seed of its own."""
    # Its import takes a tenth of a second, and a wrong engine is mostly found on cases that are not drawn.
    from hypothesis import strategies as st

    made = AtRandom(design, FEW)
    return st.integers(0, 2**63 - 1).map(lambda seed: made.small_case(np.random.default_rng(seed)))


def some_truncation(truncation: str | TruncationRule) -> TruncationRule:
    """The truncation, or one of its kind."""
    return SOME[truncation] if isinstance(truncation, str) else truncation
