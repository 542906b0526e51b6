"""A designed sample as data: its factors and rules, its rows, and what those have to meet.

Other modules make cases from a row: ``verification.sampling.sample`` in floating point,
``verification.sampling.fractions`` in Fractions.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from verification.models.case import Case
from verification.sampling.covering import Exclusion, Factors, Level, Tuple, companions, covering
from verification.sampling.lightening import lightened
from verification.sampling.numbering import Row, Work, completed, loosened, numbered, with_each_number
from verification.sampling.ordering import soonest


@dataclass(frozen=True, eq=False)
class Goal:
    """Tuples of so many levels that informative cases are to meet.

    ``of``: which tuples these are, in words, where they are not all.
    """

    factors: Factors
    strength: int
    of: str = ""


PAIRS = 2

# What the tuples are called that leave out the conditions.
USUAL = "without conditions"


@dataclass(frozen=True, eq=False)
class Design:
    """Factors, what excludes some of their levels, and how a row of levels becomes a case.

    ``factors``: those of one level as well. ``shortest``: the fewest steps that are claimed. ``seconds``:
    about what a case of a row takes. ``of``: what the rows are, in words, where not in floating point.
    ``conditions``: further levels of factors, which meet every level of the others in pairs at most.
    ``most``: of how many factors all levels meet, where there is a limit. ``secret``: numbers from which
    rows, sizes and cases come as well (``verification.sampling.secret``).
    """

    factors: Factors
    rules: tuple[Exclusion, ...]
    shortest: int
    seconds: Work
    make: Callable[[Row, np.random.Generator], Case]
    of: str = ""
    conditions: Factors = field(default_factory=dict)
    most: int | None = None
    secret: tuple[int, ...] = ()

    def rng(self, *numbers: int) -> np.random.Generator:
        """The generator for what these numbers stand for."""
        return np.random.default_rng((*numbers, *self.secret))

    @cached_property
    def varied(self) -> dict[str, tuple[Level, ...]]:
        """The factors that have more than one level without conditions."""
        return _varied(self.factors)

    @cached_property
    def every(self) -> dict[str, tuple[Level, ...]]:
        """All factors that vary, with the levels that are conditions last."""
        more = self.conditions
        return _varied({name: (*levels, *more.get(name, ())) for name, levels in self.factors.items()})

    def rows(self, strength: int) -> tuple[Row, ...]:
        """Rows that meet every possible tuple of so many levels, those that show most for their cost first.

        Conditions are in rows of their own, because they could hide what the others are to show. Every number
        of a class of sizes meets every level of the other factors, from pairs on.
        """
        made = self._covering(self.varied, self._most(strength), [])
        if self.conditions:
            made += self._covering(self.every, min(PAIRS, strength), made)
        rows = numbered(made, self.shortest, self.seconds)
        # A size that has one class meets all levels as well; of single levels each number is one.
        complete = completed if strength >= PAIRS else with_each_number
        rows = complete(rows, self.factors, self.rules, self.shortest, self.seconds)
        rows = loosened(rows, self.factors, self.shortest, self.seconds, self.rng(0))
        return tuple(soonest(rows, self.tuples(strength), self.seconds))

    def tuples(self, strength: int) -> tuple[tuple[Factors, int], ...]:
        """What rows of this strength meet: factors, and of how many levels, from single ones on."""
        return (self.every, 1), *((goal.factors, goal.strength) for goal in self.goals(strength))

    def around(self, tuples: Iterable[Tuple], attempt: int) -> tuple[Row, ...]:
        """Rows that meet these tuples, with other companions at every attempt."""
        rng = self.rng(1 + attempt)
        found = companions(tuples, self.every, self.rules, rng)
        return tuple(numbered(map(self._whole, found), self.shortest, self.seconds))

    def goals(self, strength: int) -> tuple[Goal, ...]:
        """What rows of this strength are to meet: pairs, triples, and so on."""
        more = range(PAIRS + 1, self._most(strength) + 1)
        of = self.of or (USUAL if self.conditions else "")
        pairs = (Goal(self.every, PAIRS, self.of),) if min(strength, len(self.every)) >= PAIRS else ()
        return (*pairs, *(Goal(self.varied, n, of) for n in more))

    def _most(self, strength: int) -> int:
        return min(strength, self.most or strength, len(self.varied))

    def _covering(
        self, factors: Factors, strength: int, given: list[dict[str, Level]]
    ) -> list[dict[str, Level]]:
        """Whole rows that meet, with those that are given, every possible tuple, at little work."""

        def cost(row: Mapping[str, Level]) -> float:
            return self.seconds(self._whole(row))

        made = covering(factors, strength, self.rules, self.rng(0), given, cost)
        return lightened(map(self._whole, made), factors, strength, self.rules, self.seconds, given)

    def _whole(self, row: Mapping[str, Level]) -> dict[str, Level]:
        """The row with the levels of factors that have one alone."""
        return {**{name: levels[0] for name, levels in self.factors.items()}, **row}


def _varied(factors: Factors) -> dict[str, tuple[Level, ...]]:
    """Those that have more than one level."""
    return {name: tuple(levels) for name, levels in factors.items() if len(levels) > 1}
