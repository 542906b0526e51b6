"""Cases of which every level and every number is drawn at random, each from a generator of its own.

The designed sample sees to it that any three levels meet. Here all of them are drawn together: the more cases
there are, the more levels have met at once. What is drawn depends on NumPy's generator alone, and so is the
same in every process. (Hypothesis mixes in constants of whatever modules a process has loaded.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from verification.models.case import Case
from verification.sampling.covering import permuted, row_with
from verification.sampling.design import Design
from verification.sampling.factors import Span, sizes_of
from verification.sampling.numbering import Row, factor_of, least_steps

# The most of each size in a small case, on which every property is checked
# (``verification.properties.calling``).
SMALL = 9

# Of how many cases one may have any size, which costs some five times as much as a small one.
ANY = 10

# Of how many cases one may have conditions.
CONDITIONED = 2


@dataclass(frozen=True, eq=False)
class AtRandom:
    """All the cases of a design. ``small``: the most of each size in a small one."""

    design: Design
    small: int = SMALL

    def case(self, rng: np.random.Generator) -> Case:
        """A case, of which all that is left to chance is taken from ``rng``."""
        small = bool(rng.integers(ANY) > 0)
        return self.design.make(self._row(rng, {}, small), rng)

    def small_case(self, rng: np.random.Generator) -> Case:
        """The same, of no large size."""
        return self.design.make(self.row(rng, {}), rng)

    def row(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Row:
        """A row of small sizes, but for those that are given."""
        return self._row(rng, sizes, True)

    def _row(self, rng: np.random.Generator, given: Mapping[str, int], small: bool) -> Row:
        design, known = self.design, dict(self.design.factors)
        if rng.integers(CONDITIONED) == 0:
            # No steps beyond the classes, which a case of any size has as seldom as it has few.
            more = {name: levels for name, levels in design.conditions.items() if name != "T"}
            known |= {name: (*known[name], *levels) for name, levels in more.items()}
        known |= {factor_of(name): ((number, number),) for name, number in given.items()}
        factors = {
            name: permuted(_small(levels, self.small) if small and name in self._sized else levels, rng)
            for name, levels in known.items()
        }
        levels = row_with({}, factors, design.rules) or row_with({}, design.factors, design.rules)
        if levels is None:
            raise ValueError("the rules exclude every case of the claim")
        least = least_steps(levels, design.shortest)
        sizes = {}
        for name, (low, high) in sizes_of(levels).items():
            low = min(high, max(low, least)) if name == "T" else low
            sizes[name] = int(rng.integers(low, high, endpoint=True))
        return Row(levels, sizes)

    @cached_property
    def _sized(self) -> frozenset[str]:
        """The factors that are classes of sizes."""
        spans = {name: levels[0] for name, levels in self.design.factors.items()}
        return frozenset(map(factor_of, sizes_of(spans)))


def _small(spans: Sequence[Span], most: int) -> Sequence[Span]:
    """The classes up to the most, the last of them cut there; the first one where all are beyond it."""
    cut = tuple((low, min(high, most)) for low, high in spans if low <= most)
    return cut or spans[:1]
