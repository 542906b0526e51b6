"""A designed sample as data: its factors and rules, the rows that it has, and what those are to meet.

What is made of a row is told beside it: ``verification.sampling.sample`` has numbers in floating point,
``verification.sampling.fractions`` Fractions.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from verification.models.case import Case
from verification.sampling.covering import Factors, Level, Rule, Tuple, companions, covering
from verification.sampling.factors import Span
from verification.sampling.numbering import Row, Work, completed, numbered


@dataclass(frozen=True, eq=False)
class Goal:
    """Tuples of so many levels that live cases are to meet; ``beside``: a factor that each has a level of.

    ``of``: which tuples these are, in words, where they are not all.
    """

    factors: Factors
    strength: int
    of: str = ""
    beside: str | None = None


@dataclass(frozen=True, eq=False)
class Design:
    """Factors, what excludes some of their levels, and how a row of levels becomes a case.

    ``factors``: those of one level as well. ``shortest``: the fewest steps that are claimed. ``seconds``:
    about what the truth of a row takes. ``of``: what the rows are, in words, where not in floating point.
    ``long``: a class of steps beyond those of T, which meets every other level, in pairs alone. ``most``: of
    how many factors all levels meet, where there is a limit.
    """

    factors: Factors
    rules: tuple[Rule, ...]
    shortest: int
    seconds: Work
    make: Callable[[Row, np.random.Generator], Case]
    of: str = ""
    long: tuple[Span, ...] = ()
    most: int | None = None

    @cached_property
    def varied(self) -> dict[str, tuple[Level, ...]]:
        """The factors that have more than one level."""
        return {name: tuple(levels) for name, levels in self.factors.items() if len(levels) > 1}

    def rows(self, strength: int) -> tuple[Row, ...]:
        """Rows that meet every possible tuple of so many levels, those of the least work first.

        Every number of a class of sizes stands beside every level of the other factors.
        """
        made = covering(self.varied, self._most(strength), self.rules, np.random.default_rng(0))
        if self.long:
            made += covering(self._of_long, 1, self.rules, np.random.default_rng(0))
        rows = numbered(self._whole(made), self.shortest)
        # A size that has one class stands beside all levels as well.
        rows = completed(rows, self.factors, self.rules, self.shortest, self.seconds)
        return tuple(sorted(rows, key=lambda row: self.seconds(row.levels)))

    def around(self, tuples: Iterable[Tuple], attempt: int) -> tuple[Row, ...]:
        """Rows that meet these tuples, with other companions at every attempt."""
        rng = np.random.default_rng(1 + attempt)
        return tuple(numbered(self._whole(companions(tuples, self.varied, self.rules, rng)), self.shortest))

    def goals(self, strength: int) -> tuple[Goal, ...]:
        """What rows of this strength are to meet: pairs, triples, and so on."""
        some = [Goal(self.varied, n, self.of) for n in range(2, self._most(strength) + 1)]
        beside = [Goal(self._of_long, 2, f"with T {span[0]}", "T") for span in self.long]
        return (*some, *beside)

    def _most(self, strength: int) -> int:
        return min(strength, self.most or strength, len(self.varied))

    @property
    def _of_long(self) -> dict[str, tuple[Level, ...]]:
        return {**self.varied, "T": self.long}

    def _whole(self, rows: Iterable[Mapping[str, Level]]) -> list[dict[str, Level]]:
        """The rows with the levels of factors that have one alone."""
        fixed = {name: levels[0] for name, levels in self.factors.items()}
        return [{**fixed, **row} for row in rows]
