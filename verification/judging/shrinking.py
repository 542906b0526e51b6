"""The smallest case that shows what a run found: changes are tried to the one that failed, while it fails."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy

from verification.models.case import Case
from verification.processes.processor import spent
from verification.properties.engine import Engine
from verification.properties.findings import BY_NAME, findings, truth_of
from verification.properties.property import About, Finding
from verification.properties.training import CALLS_OF_TRAINING
from verification.sampling.drawing import smallest_drawn
from verification.sampling.simpler import CHANGES, Changes, capped

# Seconds for which smaller cases are looked for, and cases at most: of the faults in layers that were
# timed, few took more than three.
SECONDS = 4.0
TRIED = 300

Drawn = TypeVar("Drawn")


def smallest_of(
    strategy: SearchStrategy[Drawn], wrong_on: Callable[[Drawn], Finding | None], size: Callable[[Drawn], int]
) -> tuple[Drawn, Finding] | None:
    """The smallest found of what can be drawn that is wrong, and how it is; or None.

    ``wrong_on`` is what is found wrong of one, and ``size`` how many numbers a reader has to look at.
    """
    ends = spent() + SECONDS
    best: tuple[Drawn, Finding] | None = None

    def fails(drawn: Drawn) -> bool:
        nonlocal best
        # A larger one is not wanted, though Hypothesis may call it simpler.
        if spent() > ends or (best is not None and size(drawn) > size(best[0])):
            return False
        found = wrong_on(drawn)
        if found is not None:
            best = drawn, found
        return found is not None

    # Nothing was found; or what was found no longer fails, for time is up or the engine keeps state.
    with suppress(HypothesisException):
        smallest_drawn(strategy, fails, TRIED)
    return best


def smallest(engine: Engine, case: Case, finding: Finding) -> tuple[Case, Finding] | None:
    """The simplest case found on which the property fails as well, and how it does there; or None.

    The case that failed is changed, in one way after another, until no change is left with which it fails.
    """
    if finding.property == CALLS_OF_TRAINING.name or BY_NAME[finding.property].about in (
        About.FIXED,
        About.ONCE,
    ):
        return None
    search = _Search(engine, finding.property, case)
    search.go_on(capped)
    while sum(search.go_on(change) for change in CHANGES):
        pass
    return None if search.found is None else (search.case, search.found)


@dataclass(eq=False)
class _Search:
    """The simplest case so far on which a property fails, and what was found there, if not the first."""

    engine: Engine
    property: str
    case: Case
    found: Finding | None = None
    left: int = field(default_factory=lambda: TRIED)
    ends: float = field(default_factory=lambda: spent() + SECONDS)

    def go_on(self, change: Changes) -> bool:
        """Makes the case as simple as a change can, as far as cases and time go; was it made simpler?"""
        before = self.case
        while any(map(self._is_wrong, change(self.case, self.engine.claim))):
            pass
        return self.case is not before

    def _is_wrong(self, case: Case) -> bool:
        """Does it fail on this one? Then that is the simplest so far."""
        if not self.left or spent() >= self.ends:
            return False
        self.left -= 1
        # Where a case is asked for one property alone, that is another.
        every = findings(self.engine, truth_of(case), (self.property,))
        found = next((each for each in every if each.wrong and each.property == self.property), None)
        if found is not None:
            self.case, self.found = case, found
        return found is not None


def size_of(case: Case) -> int:
    """How many numbers a reader has to look at."""
    return sum(array.size for array in case.blocks.values())
