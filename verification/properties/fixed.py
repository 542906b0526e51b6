"""Fixed cases that an engine brings along.

A designed sample covers the levels that follow from a model. Cases that are made for a family of engines
cover what is particular to it, such as sizes or truncations of its own. They hold whole numbers that nothing
rounds, so an answer has to *equal* autograd's, whatever the order of its sums; or they are checked like any
other case.
"""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.tolerance import Expected
from verification.properties.exactness import equal, equality
from verification.properties.property import About, Alone, Checked, Property, Reference
from verification.properties.trial import Trial
from verification.truth import replay
from verification.truth.memo import Memo


@dataclass(frozen=True, eq=False)
class FixedTruth:
    """The truth of a case of whole numbers that nothing rounds, and the one property checked on it."""

    case: Case
    only: Property[Trial]
    memo: Memo = field(default_factory=Memo)
    setting = ""
    determined = True
    large = True

    @cached_property
    def _both(self) -> tuple[dict[str, Array], dict[str, Array]]:
        return _whole(self.case)

    @cached_property
    def forward(self) -> dict[str, Expected]:
        """What the forward computes, by name."""
        return equal(self._both[0])

    @cached_property
    def blocks(self) -> dict[str, Expected]:
        """Every block's gradient."""
        return equal(self._both[1])

    @property
    def autograd(self) -> dict[str, Array]:
        """The gradient by replays."""
        return self._both[1]

    def informative(self, names: tuple[str, ...]) -> bool:
        """Is the gradient of one of these blocks not zero?"""
        return any(self.blocks[name].size > 0 for name in names)


@lru_cache(maxsize=256)
def _whole(case: Case) -> tuple[dict[str, Array], dict[str, Array]]:
    with np.errstate(all="ignore"):
        return replay.forward(case), replay.gradient(case, case.dtype)


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
