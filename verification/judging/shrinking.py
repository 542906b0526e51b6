"""The smallest case that shows what a run found."""

import time
from contextlib import suppress

from hypothesis.errors import HypothesisException

from verification.models.case import Case, name_of
from verification.properties.engine import Engine
from verification.properties.findings import BY_NAME, cases_in, findings, truth_of
from verification.properties.property import About, Finding
from verification.sampling.drawing import smallest_drawn

# Seconds for which smaller cases are looked for, and cases at most.
SECONDS = 4.0
TRIED = 300


def smallest(engine: Engine, case: Case, finding: Finding) -> tuple[Case, Finding] | None:
    """The smallest case found on which the property fails as well, and how it does there; or None.

    Cases in the failing one's number type are tried first, for a fault may be of that type alone.
    """
    if BY_NAME[finding.property].about in (About.FIXED, About.ONCE):
        return None
    ends = time.monotonic() + SECONDS
    best: tuple[Case, Finding] | None = None

    def fails(drawn: Case) -> bool:
        nonlocal best
        # A larger one is not wanted, though Hypothesis may call it simpler.
        if time.monotonic() > ends or (best is not None and size_of(drawn) > size_of(best[0])):
            return False
        same = (
            each for each in findings(engine, truth_of(drawn), (finding.property,)) if each.wrong is not None
        )
        found = next((each for each in same if each.property == finding.property), None)
        if found is None:
            return False
        best = drawn, found
        return True

    # Nothing was found; or what was found no longer fails, for time is up or the engine keeps state.
    with suppress(HypothesisException):
        smallest_drawn(cases_in(name_of(case.dtype), engine.model, engine.claim), fails, TRIED)
    return best


def size_of(case: Case) -> int:
    """How many numbers a reader has to look at."""
    return sum(array.size for array in case.blocks.values())
