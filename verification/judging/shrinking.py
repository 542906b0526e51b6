"""The smallest case that shows what a run found."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy

from verification.models.case import Case, name_of
from verification.processes.processor import spent
from verification.properties.engine import Engine
from verification.properties.findings import BY_NAME, cases_in, findings, truth_of
from verification.properties.property import About, Finding
from verification.sampling.drawing import smallest_drawn

# Seconds for which smaller cases are looked for, and cases at most: of the faults in layers that were
# timed, few took more than three.
SECONDS = 4.0
TRIED = 300

Drawn = TypeVar("Drawn")


def smallest_of(
    strategy: SearchStrategy[Drawn], wrong_on: Callable[[Drawn], Finding | None], size: Callable[[Drawn], int]
) -> tuple[Drawn, Finding] | None:
    """The smallest found that is wrong, and how it is; or None.

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
    """The smallest case found on which the property fails as well, and how it does there; or None.

    Cases in the failing one's number type are tried first, for a fault may be of that type alone.
    """
    if BY_NAME[finding.property].about in (About.FIXED, About.ONCE):
        return None

    def wrong_on(drawn: Case) -> Finding | None:
        # Where a case is asked for one property alone, that is another.
        found = findings(engine, truth_of(drawn), (finding.property,))
        return next((each for each in found if each.wrong and each.property == finding.property), None)

    return smallest_of(cases_in(name_of(case.dtype), engine.model, engine.claim), wrong_on, size_of)


def size_of(case: Case) -> int:
    """How many numbers a reader has to look at."""
    return sum(array.size for array in case.blocks.values())
