"""The smallest case that shows what a run found: changes are tried to the one that failed, while it fails."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from verification.diagnosis.picture import GotAgainstWant
from verification.diagnosis.shown import first_showing, shown_in
from verification.diagnosis.stages import Diagnosis
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
ENDED = "the search for a smaller one ended after {}"

Drawn = TypeVar("Drawn")


@dataclass(frozen=True, eq=False)
class Shrunk:
    """The smallest case that was found, and what is wrong on it.

    ``case``: packed, where it comes from a subject. ``larger``: why a smaller one may fail as well, in words;
    "" if nothing of this one can be left out. ``numbers``: the wrong ones, beside the right ones.
    """

    case: Any
    finding: Finding
    larger: str = ""
    numbers: tuple[GotAgainstWant, ...] = ()


def smallest_of(
    strategy: "SearchStrategy[Drawn]",
    wrong_on: Callable[[Drawn], Finding | None],
    size: Callable[[Drawn], int],
    first: Shrunk,
) -> Shrunk:
    """The smallest wrong value that Hypothesis finds, or the first, which a run has found.

    ``wrong_on`` returns what is wrong with a value, and ``size`` how many numbers a reader has to look at.
    """
    from hypothesis.errors import HypothesisException

    from verification.sampling.drawing import smallest_drawn

    ends = spent() + SECONDS
    best = replace(first, larger="none that was drawn is as small and fails")

    def fails(drawn: Drawn) -> bool:
        nonlocal best
        # A larger one is no improvement, though Hypothesis may call it simpler.
        if spent() > ends or size(drawn) > size(best.case):
            return False
        found = wrong_on(drawn)
        if found is not None:
            best = Shrunk(drawn, found)
        return found is not None

    # Nothing was found; or it does not fail any more, because time is up or the engine keeps state.
    with suppress(HypothesisException):
        smallest_drawn(strategy, fails, TRIED)
    return replace(best, larger=ENDED.format(f"{SECONDS:g} s")) if spent() > ends else best


def smallest(engine: Engine, case: Case, finding: Finding) -> Shrunk:
    """The simplest case found on which the property fails as well.

    The failing case is changed step by step, until it fails with no further change.
    """
    name = finding.property
    if name == CALLS_OF_TRAINING.name:
        return Shrunk(case, finding, "it is a call of the training, as it was")
    if BY_NAME[name].about in (About.FIXED, About.ONCE):
        return Shrunk(case, finding, f"“{name}” is checked on no other case")

    def wrong_on(case: Case) -> Finding | None:
        # A case with a property of its own belongs to another property.
        every = findings(engine, truth_of(case), (name,))
        return next((each for each in every if each.wrong and each.property == name), None)

    return _Search(engine, wrong_on, case, finding).shrunk()


def smallest_showing(engine: Engine, diagnosis: Diagnosis) -> Shrunk | None:
    """The simplest case found that shows all that a diagnosis says; None if no small case does."""
    first = first_showing(engine, diagnosis)
    return None if first is None else _Search(engine, partial(shown_in, engine, diagnosis), *first).shrunk()


@dataclass(eq=False)
class _Search:
    """The simplest wrong case so far, with its finding; ``wrong_on`` returns what is wrong on a case."""

    engine: Engine
    wrong_on: Callable[[Case], Finding | None]
    case: Case
    found: Finding
    left: int = field(default_factory=lambda: TRIED)
    ends: float = field(default_factory=lambda: spent() + SECONDS)
    ended: str = ""

    def shrunk(self) -> Shrunk:
        """The simplest case, and why the search ended before no change was left, if it did."""
        given = self.case
        self._go_on(capped)
        while sum(self._go_on(change) for change in CHANGES):
            pass
        if self.case is given and not self.ended and self.wrong_on(given) is None:
            self.ended = "it does not fail when it is run again"
        return Shrunk(self.case, self.found, self.ended)

    def _go_on(self, change: Changes) -> bool:
        """Simplifies the case by a change, as far as cases and time allow; was there any progress?"""
        before = self.case
        while any(map(self._is_wrong, change(self.case, self.engine.claim))):
            pass
        return self.case is not before

    def _is_wrong(self, case: Case) -> bool:
        """Does it fail on this case? Then that is the simplest so far."""
        if not self.left or spent() >= self.ends:
            self.ended = ENDED.format(f"{SECONDS:g} s" if self.left else f"{TRIED} cases")
            return False
        self.left -= 1
        found = self.wrong_on(case)
        if found is not None:
            self.case, self.found = case, found
        return found is not None


def size_of(case: Case) -> int:
    """How many numbers a reader has to look at."""
    return sum(array.size for array in case.blocks.values())
