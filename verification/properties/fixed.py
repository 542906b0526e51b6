"""Fixed cases that an engine brings along.

A designed sample covers the levels that follow from a model. Cases that are made for a family of engines
cover what is particular to it, such as sizes or truncations of its own. They hold whole numbers that nothing
rounds, so an answer has to *equal* autograd's, whatever the order of its sums; or they are checked like any
other case.
"""

from functools import lru_cache

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.properties.exactness import equality
from verification.properties.property import About, Alone, Checked, Property, Reference
from verification.properties.trial import Trial
from verification.properties.truth import EqualTruth
from verification.truth import replay


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
    yield from equality(trial, lambda name, got: None)


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
