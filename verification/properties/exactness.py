"""Exactness: in Fractions, with rational functions, an engine's answer equals that of dual numbers.

Nothing is rounded, so there is no tolerance: an error shows however small its share is.
"""

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.properties.property import About, Alone, Checked, Property, Reference
from verification.properties.trial import Trial
from verification.properties.truth import EqualTruth
from verification.text import type_name
from verification.truth import exact
from verification.truth.comparison import unequal


def equality(trial: Trial, refused: Callable[[str, Array], str | None]) -> Checked:
    """Each part of the answer equals the truth; ``refused``: why a part is wrong whatever its numbers are."""
    truth, answer = trial.truth, trial.answer
    parts = [(name, got, truth.forward[name], name) for name, got in answer.forward.items()]
    parts += [(name, got, truth.blocks[name], f"d_{name}") for name, got in answer.gradients()]
    for name, got, expected, shown in parts:
        yield name, refused(shown, got) or unequal(shown, got, expected.truth), expected


def _no_fraction(name: str, got: Array) -> str | None:
    """The first entry that is not a Fraction: even if it is equal to one, later results are rounded."""
    for index, entry in np.ndenumerate(got):
        if type(entry) is not Fraction:
            return f"{name} holds a {type_name(type(entry))} at {index}, needed a Fraction"
    return None


EXACT: Property[Trial] = Property(
    "exact",
    "in Fractions each gradient is equal",
    About.EQUALITY,
    lambda trial: equality(trial, _no_fraction),
    applies=lambda claim: claim.exact,
    evidence=lambda claim: claim.blocks if claim.exact else (),
    alone=Alone("exact", "in exact arithmetic alone it shows, and no rounding explains it"),
    reference=Reference("dual numbers over the rationals", "no rounding and no AD library; compared by =="),
)


def exact_truth(case: Case) -> EqualTruth:
    """The truth of a case of Fractions."""
    return EqualTruth(case, EXACT, "of Fractions: ", False, exact.forward, exact.gradient)
