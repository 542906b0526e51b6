"""The designed sample: an informative case of every row, and which tuples of levels those have met."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from verification.models.model import Model
from verification.properties.findings import truth_of
from verification.properties.trial import CaseTruth
from verification.sampling.claim import Claim
from verification.sampling.covering import Tuple, met, row_with, tuples
from verification.sampling.design import Design, Goal
from verification.sampling.factors import in_words
from verification.sampling.numbering import Row
from verification.sampling.ordering import NAMES, Reached, Share
from verification.text import percent
from verification.truth.memo import Memory, nothing

# How often the numbers of a row are drawn, until its case is informative: of 1,400 rows one needed six, and
# one never is.
TRIES = 8

# How often other companions are tried for levels whose cases were all vacuous.
ROUNDS = 2

# About how many seconds of work one process gets at a time, and the most rows. The first portion is short,
# and no later one is more than a share of all before it, so that a run soon has results of what it has begun.
SECONDS, MOST = 4.0, 24
FIRST, SHARE = 0.5, 0.25


# How many of the least met levels are listed.
NAMED = 5

# Rules that exclude levels which are possible by themselves.
NO_ROW = "no others go with them"


@dataclass(frozen=True)
class Coverage:
    """How many of the possible tuples of ``strength`` levels informative cases have met.

    ``excluded``: how many each rule excludes. ``vacuous``: those of which no case was evidence, whatever the
    other levels, in words. ``of``: which tuples these are, for instance "with T 512", if they are not all.
    """

    strength: int
    possible: int
    covered: int
    excluded: Mapping[str, int]
    vacuous: tuple[str, ...] = ()
    of: str = ""

    @property
    def missing(self) -> int:
        """How many were not met and are not known to be vacuous."""
        return self.possible - self.covered - len(self.vacuous)

    def __str__(self) -> str:
        name = NAMES.get(self.strength, f"{self.strength} levels")
        vacuous = f", {len(self.vacuous)} vacuous" if self.vacuous else ""
        levels, counts = f"levels {self.of}".rstrip(), f"{self.covered} of {self.possible}"
        excluded = f"{sum(self.excluded.values())} excluded by rules"
        return f"{counts} {name} of {levels} covered{vacuous}, {excluded}"


def truth_of_row(
    design: Design, row: Row, number: int, blocks: tuple[str, ...], memory: Memory = nothing
) -> CaseTruth:
    """The truth of an informative case of the row, or of the last one tried; ``blocks``: evidence for one of
    these counts.
    """
    for attempt in range(TRIES):
        truth = truth_of(design.make(row, design.rng(number, attempt)), memory)
        if truth.informative(blocks):
            break
    return truth


def in_portions(rows: Sequence[Row], work: Callable[[Row], float]) -> Iterator[list[int]]:
    """The numbers of the rows, in portions that are small at first; ``work``: about how many seconds a row
    takes.
    """
    portion: list[int] = []
    before = seconds = 0.0
    for number, row in enumerate(rows):
        more = work(row)
        most = min(SECONDS, max(FIRST, SHARE * before))
        if portion and (seconds + more > most or len(portion) == MOST):
            yield portion
            before += seconds
            portion, seconds = [], 0.0
        portion.append(number)
        seconds += more
    if portion:
        yield portion


# Creates a design for a claim.
Designed: TypeAlias = Callable[[Model, Claim], Design]

# The rows of a design for a strength, created or read from the store.
Rows: TypeAlias = Callable[[Design, int], Sequence[Row]]

# A row of a design: the name of the design, and the number of the row.
RowId: TypeAlias = tuple[str, int]


class Sample:
    """The rows of a claim's design, and which of them an informative case has met.

    ``rows``: creates the rows of a design.
    """

    def __init__(
        self,
        designed: Designed,
        model: Model,
        claim: Claim,
        strength: int,
        rows: Rows = Design.rows,
    ) -> None:
        self.designed, self.design = designed, designed(model, claim)
        self.rows, self._goals = [*rows(self.design, strength)], self.design.goals(strength)
        self._possible: dict[int, tuple[frozenset[Tuple], Counter[str]]] = {}
        self._live: set[int] = set()
        self._rounds = 0
        self._reached = [Reached(*each, self.rows) for each in self.design.tuples(strength)]

    def meet(self, rows: Iterable[RowId]) -> None:
        """Notes the rows of informative cases; those of other designs are ignored."""
        new = {number for of, number in rows if of == self.design.of} - self._live
        self._live |= new
        for reached in self._reached:
            for number in new:
                reached.meet(self.rows[number])

    def shares(self) -> tuple[Share, ...]:
        """How many single levels, pairs, and so on of the first rows informative cases have met."""
        return tuple(reached.share for reached in self._reached)

    def least_met(self) -> list[str]:
        """The levels that were met with the fewest others, in words, from the first tuples that are not all
        met.
        """
        some = next((reached for reached in self._reached if not reached.share.whole), None)
        least = [] if some is None else some.least_met()[:NAMED]
        return [f"{in_words((level,))} ({percent(share)})" for share, level in least]

    def unmet(self) -> frozenset[Tuple]:
        """The possible tuples that no informative case has met."""
        return frozenset[Tuple]().union(*(self._sorted(i)[1] for i in range(len(self._goals))))

    def more(self) -> range:
        """Rows with other companions for what has not been met, by their numbers; none after ``ROUNDS``."""
        before = len(self.rows)
        if self._rounds < ROUNDS:
            self._rounds += 1
            self.rows += self.design.around(self.unmet(), self._rounds)
        return range(before, len(self.rows))

    def coverage(self) -> tuple[Coverage, ...]:
        """The coverage of pairs, triples, and so on, up to the strength of the sample."""
        return tuple(self._coverage(i) for i in range(len(self._goals)))

    def _tuples(self, i: int) -> tuple[frozenset[Tuple], Counter[str]]:
        """The possible tuples of a goal, and how many each rule excludes; cached, because it takes long."""
        if i not in self._possible:
            goal = self._goals[i]
            self._possible[i] = tuples(goal.factors, goal.strength, self.design.rules)
        return self._possible[i]

    def _sorted(self, i: int) -> tuple[frozenset[Tuple], frozenset[Tuple], frozenset[Tuple]]:
        """The possible tuples of a goal: those met, those not met, and those that occur in no row."""
        possible, _ = self._tuples(i)
        alive = possible & _met([self.rows[number] for number in self._live], self._goals[i])
        factors, left = self._goals[i].factors, possible - alive
        none = frozenset(t for t in left if row_with(dict(t), factors, self.design.rules) is None)
        return alive, left - none, none

    def _coverage(self, i: int) -> Coverage:
        goal, (possible, excluded), (alive, unmet, none) = self._goals[i], self._tuples(i), self._sorted(i)
        # A tuple is vacuous if rows were made for it until the last round, and no case of theirs was
        # informative.
        vacuous = unmet & _met(self.rows, goal) if self._rounds == ROUNDS else ()
        words = tuple(in_words(each) for each in sorted(vacuous, key=repr))
        excluded = excluded + Counter({NO_ROW: len(none)})
        return Coverage(goal.strength, len(possible - none), len(alive), dict(excluded), words, goal.of)


def _met(rows: Iterable[Row], goal: Goal) -> frozenset[Tuple]:
    return met([row.levels for row in rows], goal.factors, goal.strength)
