"""The smallest case that shows what a run found."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy

from verification.diagnosis.onset import of_sizes
from verification.models.case import Case, name_of
from verification.processes.processor import spent
from verification.properties.engine import Engine
from verification.properties.findings import BY_NAME, cases_in, findings, truth_of
from verification.properties.property import About, Finding
from verification.properties.training import CALLS_OF_TRAINING
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
    if finding.property == CALLS_OF_TRAINING.name or BY_NAME[finding.property].about in (
        About.FIXED,
        About.ONCE,
    ):
        return None

    def wrong_on(drawn: Case) -> Finding | None:
        # Where a case is asked for one property alone, that is another.
        found = findings(engine, truth_of(drawn), (finding.property,))
        return next((each for each in found if each.wrong and each.property == finding.property), None)

    found = smallest_of(cases_in(name_of(case.dtype), engine.model, engine.claim), wrong_on, size_of)
    if found is None and case.source:
        # It has too many numbers to be printed, and what is wrong with it may be a matter of sizes.
        found = smallest_of(_of_its_sizes(engine, case), wrong_on, size_of)
    return found


def _of_its_sizes(engine: Engine, case: Case) -> SearchStrategy[Case]:
    """Healthy numbers of a case's sizes, or of smaller ones, each by doubling."""
    levels = {}
    for name, size in case.sizes.items():
        known = engine.claim.sizes.get(name, [2**k for k in range(size.bit_length())])
        levels[name] = st.sampled_from([*(each for each in known if each < size), size])
    return st.fixed_dictionaries(levels).map(lambda sizes: of_sizes(engine, case, sizes))


def size_of(case: Case) -> int:
    """How many numbers a reader has to look at."""
    return sum(array.size for array in case.blocks.values())
