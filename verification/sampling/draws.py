"""Small cases of a claim that are drawn, and what a run has to have met of them."""

from dataclasses import replace

from hypothesis.strategies import SearchStrategy

from verification.models.case import Case
from verification.models.model import Model
from verification.models.truncation import FULL, Standard, TruncationRule
from verification.sampling.at_random import drawn_of
from verification.sampling.claim import Claim
from verification.sampling.fractions import in_fractions
from verification.sampling.sample import in_floats

# How often a run meets what it must have met; fewer could be a coincidence.
TIMES = 3

# One of each kind that truncates five steps, where the kind can.
SOME = {
    "Full": FULL,
    "Window": Standard("Window", (2,)),
    "Chunked": Standard("Chunked", (2, 2)),
    "Tail": Standard("Tail", (2,)),
}


def cases(model: Model, claim: Claim, dtype: str | None = None) -> SearchStrategy[Case]:
    """In one number type, "object" for Fractions, or in those of the claim; half may have conditions."""
    if dtype == "object":
        return exact_cases(model, claim)
    return drawn_of(in_floats(model, claim if dtype is None else replace(claim, dtypes=(dtype,))))


def exact_cases(model: Model, claim: Claim) -> SearchStrategy[Case]:
    """Of Fractions, with rational functions alone."""
    return drawn_of(in_fractions(model, claim))


def some_truncation(truncation: str | TruncationRule) -> TruncationRule:
    """The truncation, or one of its kind."""
    return SOME[truncation] if isinstance(truncation, str) else truncation
