"""The expected values and their bounds, from draws and from sums of absolute terms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, real_of
from verification.models.model import Block, Use
from verification.models.tolerance import Expected, least_healthy, many
from verification.truth.forms import rounding_of_form
from verification.truth.parts import VALUE
from verification.truth.substitute_types import as_known, of_known


def judged(case: Case, draws: Array, terms: Array, lost: float = 0.0, more: Array | float = 0.0) -> Expected:
    """From draws (M, …), the first of which is the truth, and Σ |terms|; ``more`` is added to Y (…)."""
    spread = float(np.max(np.max(np.abs(draws[1:] - draws[0]), axis=0) + more))
    # A copy, or the expectation would keep all draws in memory.
    return Expected(draws[0].copy(), spread, float(np.max(terms)), real_of(case.dtype), lost)


def addends(case: Case, block: Block) -> int:
    """How many terms, which may be equal, an engine sums for an entry of a block's gradient.

    An entry that belongs to one record has no terms of other records.
    """
    return case.steps * (1 if block.use in (Use.INPUT, Use.STATE) else case.records)


def fits(case: Case, arrays: Iterable[Array]) -> bool:
    """Are all of these numbers in the range of the case's type?"""
    largest = np.finfo(case.dtype).max
    return all(bool(np.all(np.abs(array) < largest)) for array in arrays)


@dataclass(frozen=True, eq=False)
class Draws:
    """A case's gradient in M draws (M, …), and bounds of Σ |terms| and of what the type may lose, by block.

    ``parts``: what the forward computes, by name (M, …). ``kinked``: an argument of a function is too near a
    kink to have a slope at this precision. ``chance``: by how much Y of other draws may exceed that of these.
    """

    case: Case
    grads: Mapping[str, Array]
    terms: Mapping[str, Array]
    lost: Mapping[str, Array]
    parts: Mapping[str, Array]
    kinked: bool
    chance: float = 1.0

    def expected(self) -> dict[str, Expected]:
        """Every block's truth, with its Y, A and L."""
        return self._known({name: self._of_part(name, ()) for name in self.grads})

    def part(self, name: str, index: Any) -> Expected:
        """The truth of a part of a block, with Y, A and L of that part."""
        return self._known({name: self._of_part(name, index)})[name]

    def _of_part(self, name: str, index: tuple[Any, ...]) -> Expected:
        """The expectation for a block, or for a part of it, of a case in double precision."""
        block = self.case.model.block(name)
        more, size = rounding_of_form(self._double, block, self.grads, self.parts)
        terms = many(self.terms[name], addends(self.case, block)) + size
        draws, lost = self.grads[name][(slice(None), *index)], float(np.max(self.lost[name][index]))
        return judged(self._double, draws, terms[index], lost, more[index])

    def forward(self) -> dict[str, Expected]:
        """The truth of what the forward computes, by name."""
        case = self._double
        least, expected = least_healthy(real_of(case.dtype)), {}
        for name, array in self.parts.items():
            # The loss has one addend for every record and step.
            count = case.records * len(case.losses) if name == VALUE else 1
            expected[name] = judged(case, array, many(np.abs(array[0]) + least, count))
        return self._known(expected)

    def _known(self, expected: Mapping[str, Expected]) -> dict[str, Expected]:
        """The expectations for the case, from those for the same numbers in double precision."""
        wide = {name: replace(each, spread=self.chance * each.spread) for name, each in expected.items()}
        return of_known(self.case, wide)

    @cached_property
    def determined(self) -> bool:
        """Is everything finite, and away from kinks?"""
        return not self.kinked and fits(self._double, (*self.grads.values(), *self.parts.values()))

    @cached_property
    def _double(self) -> Case:
        """The case that it is computed from."""
        return as_known(self.case)
