"""The example for a diagnosis: a case that shows what its sentence says, for all of its blocks.

The smallest case that a property refutes may show one of several faults, or lack a circumstance, such as a
second record for a mean over records. Then another case is chosen.
"""

from verification.diagnosis.probe import Seen, healthy_case, look_at, steps_of
from verification.diagnosis.stages import Diagnosis
from verification.models.case import Case
from verification.properties.engine import Engine
from verification.properties.findings import findings
from verification.properties.gradients import AUTOGRAD, FORWARD
from verification.properties.property import Finding

# The stages of what is seen in small cases, of which one shows all that the sentence names.
SMALL = ("accumulation", "parameters", "state", "recursion", "step")


def is_shown(diagnosis: Diagnosis, wrong: frozenset[str]) -> bool:
    """Does a case, in which these parts are wrong, show what the diagnosis says?"""
    if diagnosis.stage in SMALL:
        return wrong >= {*diagnosis.blocks}
    if diagnosis.stage == "forward":
        return any(name in diagnosis.sentence for name in wrong)
    named = {*diagnosis.blocks, *diagnosis.also}
    return not named or bool(named & wrong)


def wrong_in(engine: Engine, case: Case) -> frozenset[str]:
    """The wrong parts of the forward, or else the wrong gradients; none if the answer is not in form."""
    return frozenset(engine.claim.blocks) if case.dtype.hasobject else _wrong_in(look_at(engine, case))


def _wrong_in(seen: Seen) -> frozenset[str]:
    return frozenset(seen.forward or seen.blocks)


def first_showing(engine: Engine, diagnosis: Diagnosis) -> tuple[Case, Finding] | None:
    """The first small case that shows what the diagnosis says, with its finding; or None."""
    if diagnosis.stage not in (*SMALL, "forward"):
        return None
    for steps in steps_of(engine):
        case = healthy_case(engine, steps)
        found = shown_in(engine, diagnosis, case)
        if found is not None:
            return case, found
    return None


def shown_in(engine: Engine, diagnosis: Diagnosis, case: Case) -> Finding | None:
    """What is wrong on a case that shows what the diagnosis says; None of another."""
    seen = look_at(engine, case)
    if not is_shown(diagnosis, _wrong_in(seen)):
        return None
    oracle = (FORWARD if seen.forward else AUTOGRAD).name
    return next((each for each in findings(engine, seen.truth, (oracle,)) if each.wrong is not None), None)
