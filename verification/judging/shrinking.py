"""The smallest case that shows what a run found: changes are tried to the one that failed, while it fails."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from verification.models.case import Case
from verification.processes.processor import spent
from verification.properties.engine import Engine
from verification.properties.findings import BY_NAME, findings, truth_of
from verification.properties.property import About, Finding
from verification.properties.training import CALLS_OF_TRAINING
from verification.sampling.simpler import CHANGES, Changes, capped

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

# Seconds of the search for smaller cases, and the most cases: of the faults in layers that were timed, few
# took more than three seconds.
SECONDS = 4.0
TRIED = 300

Drawn = TypeVar("Drawn")


def smallest_of(
    strategy: "SearchStrategy[Drawn]",
    wrong_on: Callable[[Drawn], Finding | None],
    size: Callable[[Drawn], int],
) -> tuple[Drawn, Finding] | None:
    """The smallest wrong value that Hypothesis finds, with what is wrong; or None.

    ``wrong_on`` returns what is wrong with a value, and ``size`` how many numbers a reader has to look at.
    """
    from hypothesis.errors import HypothesisException

    from verification.sampling.drawing import smallest_drawn

    ends = spent() + SECONDS
    best: tuple[Drawn, Finding] | None = None

    def fails(drawn: Drawn) -> bool:
        nonlocal best
        # A larger one is no improvement, though Hypothesis may call it simpler.
        if spent() > ends or (best is not None and size(drawn) > size(best[0])):
            return False
        found = wrong_on(drawn)
        if found is not None:
            best = drawn, found
        return found is not None

    # Nothing was found; or it does not fail any more, because time is up or the engine keeps state.
    with suppress(HypothesisException):
        smallest_drawn(strategy, fails, TRIED)
    return best


def smallest(engine: Engine, case: Case, finding: Finding) -> tuple[Case, Finding] | None:
    """The simplest case found on which the property fails as well, with the finding; or None.

    The failing case is changed step by step, until it fails with no further change.
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
    """The simplest case so far on which a property fails, and its finding, if it is not the first case."""

    engine: Engine
    property: str
    case: Case
    found: Finding | None = None
    left: int = field(default_factory=lambda: TRIED)
    ends: float = field(default_factory=lambda: spent() + SECONDS)

    def go_on(self, change: Changes) -> bool:
        """Simplifies the case by a change, as far as cases and time allow; was there any progress?"""
        before = self.case
        while any(map(self._is_wrong, change(self.case, self.engine.claim))):
            pass
        return self.case is not before

    def _is_wrong(self, case: Case) -> bool:
        """Does it fail on this case? Then that is the simplest so far."""
        if not self.left or spent() >= self.ends:
            return False
        self.left -= 1
        # A case with a property of its own belongs to another property.
        every = findings(self.engine, truth_of(case), (self.property,))
        found = next((each for each in every if each.wrong and each.property == self.property), None)
        if found is not None:
            self.case, self.found = case, found
        return found is not None


def size_of(case: Case) -> int:
    """How many numbers a reader has to look at."""
    return sum(array.size for array in case.blocks.values())
