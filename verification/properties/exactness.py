"""Exactness: in Fractions, with rational functions, an engine's answer equals that of dual numbers.

Nothing is rounded, so there is no tolerance: an error shows however small its share is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.tolerance import Expected
from verification.properties.property import About, Alone, Checked, Property, Reference
from verification.properties.trial import Trial
from verification.text import type_name
from verification.truth import exact
from verification.truth.comparison import unequal
from verification.truth.memo import Memo


class Equal(Expected):
    """An expectation without rounding, which has to be met exactly and is always determined."""

    bound = 0.0
    determined = True

    @property
    def size(self) -> float:
        """1.0 if it is not zero, else 0.0: a Fraction's size may be too small for a float."""
        return float((self.truth != 0).any())


def equal(truths: Mapping[str, Array]) -> dict[str, Expected]:
    """Each expectation, to be met exactly."""
    return {name: Equal(truth, 0.0, 0.0, truth.dtype) for name, truth in truths.items()}


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


Parts: TypeAlias = Callable[[Case], dict[str, Array]]


@dataclass(frozen=True, eq=False)
class EqualTruth:
    """The truth of a case in which nothing rounds, computed when it is first used: by default of Fractions.

    ``only``: the property that is checked on it, and no other. ``setting``: begins the message if there is no
    answer. ``of_forward`` and ``of_gradient`` compute it.
    """

    case: Case
    only: Property[Trial] = EXACT
    setting: str = "of Fractions: "
    large: bool = False
    of_forward: Parts = exact.forward
    of_gradient: Parts = exact.gradient
    memo: Memo = field(default_factory=Memo)
    determined = True

    @cached_property
    def forward(self) -> dict[str, Expected]:
        """What the forward computes, by name."""
        return equal(self.of_forward(self.case))

    @cached_property
    def blocks(self) -> dict[str, Expected]:
        """Every block's gradient."""
        return equal(self.of_gradient(self.case))

    @property
    def autograd(self) -> dict[str, Array]:
        """The same gradient: no second oracle takes such a case."""
        return {name: each.truth for name, each in self.blocks.items()}

    def informative(self, names: tuple[str, ...]) -> bool:
        """Is the gradient of one of these blocks not zero?"""
        return any(self.blocks[name].size > 0 for name in names)
