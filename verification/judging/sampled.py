"""The designed sample: a live case of every row, and which tuples of levels those have met."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from verification.asked.claim import Claim
from verification.asked.covering import Tuple, met, row_with, tuples
from verification.asked.exclusions import rules, work
from verification.asked.factors import in_words
from verification.asked.model import Model
from verification.asked.numbering import Row
from verification.asked.sample import around, case_of, varied
from verification.judging.properties import Truth
from verification.judging.ragged import RaggedTruth

# How often the numbers of a row are made, until its case is live.
TRIES = 4

# How often other companions are sought for levels whose cases were all dead.
ROUNDS = 2

# Seconds of work, about, that one process does, and rows at most.
SECONDS, MOST = 4.0, 24

# What any row costs beside its numbers, in those seconds.
EACH = 0.1


# What excludes levels that are possible by themselves.
NO_ROW = "no others go with them"


@dataclass(frozen=True)
class Coverage:
    """How many of the possible tuples of ``strength`` levels were met by live cases.

    ``excluded``: how many each rule excludes. ``dead``: those of which no case said anything, whatever stood
    beside them, in words.
    """

    strength: int
    possible: int
    met: int
    excluded: Mapping[str, int]
    dead: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """How many were not met and are not known to be dead."""
        return self.possible - self.met - len(self.dead)

    def __str__(self) -> str:
        name = {2: "pairs", 3: "triples", 4: "quadruples"}.get(self.strength, f"{self.strength} levels")
        dead = f", {len(self.dead)} dead" if self.dead else ""
        excluded = sum(self.excluded.values())
        return f"{self.met} of {self.possible} {name} of levels met{dead}, {excluded} excluded by rules"


def truth_of_row(row: Row, number: int, model: Model, claim: Claim) -> Truth | RaggedTruth:
    """The truth of a live case of the row, or of the last that was tried."""
    for attempt in range(TRIES):
        case = case_of(row, model, claim, np.random.default_rng((number, attempt)))
        truth: Truth | RaggedTruth = Truth(case) if case.lengths is None else RaggedTruth(case)
        if truth.live(claim.blocks):
            break
    return truth


def in_portions(rows: Sequence[Row], model: Model, claim: Claim) -> Iterator[list[int]]:
    """The numbers of the rows, in portions of about the same work."""
    portion: list[int] = []
    seconds = 0.0
    for number, row in enumerate(rows):
        portion.append(number)
        seconds += EACH + work(model, claim, row.levels)
        if seconds > SECONDS or len(portion) == MOST:
            yield portion
            portion, seconds = [], 0.0
    if portion:
        yield portion


class Sample:
    """The rows of a claim, and which of them have been met by a live case."""

    def __init__(self, model: Model, claim: Claim, strength: int, rows: Sequence[Row]) -> None:
        self._model, self._claim, self._strength = model, claim, strength
        self._factors, self._rules = varied(model, claim), rules(model, claim)
        self._strength = min(strength, len(self._factors))
        self.rows = list(rows)
        self._known: dict[int, tuple[frozenset[Tuple], Counter[str]]] = {}
        self._live: set[int] = set()
        self._rounds = 0

    def meet(self, numbers: Collection[int]) -> None:
        """Notes the rows of live cases."""
        self._live |= set(numbers)

    def _met(self, strength: int) -> frozenset[Tuple]:
        levels = [self.rows[number].levels for number in self._live]
        return met(levels, self._factors, strength)

    def _possible(self, strength: int) -> tuple[frozenset[Tuple], Counter[str]]:
        """The possible tuples, and how many each rule excludes; found once, which takes long."""
        if strength not in self._known:
            self._known[strength] = tuples(self._factors, strength, self._rules)
        return self._known[strength]

    def unmet(self, strength: int) -> frozenset[Tuple]:
        """The possible tuples that no live case has met."""
        possible, _ = self._possible(strength)
        return possible - self._met(strength) - self._impossible(strength)

    def _impossible(self, strength: int) -> frozenset[Tuple]:
        """The tuples that are possible by themselves and in no row."""
        possible, _ = self._possible(strength)
        left = possible - self._met(strength)
        return frozenset(t for t in left if row_with(dict(t), self._factors, self._rules) is None)

    def more(self) -> range:
        """Rows with other companions for what has not been met, by their numbers; none after ``ROUNDS``."""
        before = len(self.rows)
        if self._rounds < ROUNDS:
            self._rounds += 1
            self.rows += around(self._model, self._claim, self.unmet(self._strength), self._rounds)
        return range(before, len(self.rows))

    def coverage(self) -> tuple[Coverage, ...]:
        """Of pairs, triples, and so on as far as the sample is designed for."""
        return tuple(self._coverage(strength) for strength in range(2, self._strength + 1))

    def _coverage(self, strength: int) -> Coverage:
        possible, excluded = self._possible(strength)
        none = self._impossible(strength)
        possible, excluded = possible - none, excluded + Counter({NO_ROW: len(none)})
        # Dead is what rows were made for, to the last round, and no case of theirs was live.
        made = met([row.levels for row in self.rows], self._factors, strength)
        dead = self.unmet(strength) & made if self._rounds == ROUNDS else ()
        words = tuple(in_words(each) for each in sorted(dead, key=repr))
        return Coverage(strength, len(possible), len(possible & self._met(strength)), dict(excluded), words)
