"""Exactness: where nothing is rounded there is no tolerance, and an error shows however small its share is.

In Fractions, with rational functions, an engine's answer equals that of dual numbers.

Fixed cases are those that an engine brings along. A designed sample covers the levels that follow from a
model. Cases that are made for a family of engines cover what is particular to it, such as sizes or
truncations of its own. They hold whole numbers that nothing rounds, so an answer has to *equal* autograd's,
whatever the order of its sums; or they are checked like any other case.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.properties.property import About, Alone, Checked, Property, Reference
from verification.properties.trial import Trial
from verification.properties.truth import EqualTruth
from verification.text import type_name
from verification.truth import exact, replay
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


def fixed_truth(case: Case, only: Property[Trial]) -> EqualTruth:
    """The truth of a case of whole numbers that nothing rounds, by replays in its own type."""
    return EqualTruth(case, only, "", True, _forward, _gradient)


@lru_cache(maxsize=256)
def _forward(case: Case) -> dict[str, Array]:
    with np.errstate(all="ignore"):
        return replay.forward(case)


@lru_cache(maxsize=256)
def _gradient(case: Case) -> dict[str, Array]:
    with np.errstate(all="ignore"):
        return replay.gradient(case, case.dtype)


def integers(trial: Trial) -> Checked:
    """Each part of the answer equals autograd's."""
    return equality(trial, lambda name, got: None)


INTEGERS = Property(
    "integers",
    "in whole numbers that nothing rounds each gradient is equal to autograd's",
    About.FIXED,
    integers,
    applies=lambda claim: claim.exact,
    alone=Alone("exact", "in numbers that nothing rounds it shows, and no rounding explains it"),
    reference=Reference("integers in floating point", "nothing rounds, so autograd must be equal bit by bit"),
)
LARGER = Property(
    "larger",
    "the same in larger problems, up to 512 steps, of fixed shapes",
    About.FIXED,
    integers,
    applies=lambda claim: claim.exact,
    alone=Alone("size", "the bug is in what it does with such problems alone"),
    reference=Reference("integers, in larger problems", "the same, on fixed problems of up to 512 steps"),
)
OWN_TRUNCATIONS = Property(
    "own truncations",
    "the same under truncations of one's own, whose losses reach back in any order",
    About.FIXED,
    integers,
    applies=lambda claim: claim.exact,
    alone=Alone("truncation", "the bug is in truncations of one's own alone"),
)
