"""Leaks between packed sequences: does one sequence, or the slack, affect the answer for another?

A right engine treats each sequence as if it were alone. So the numbers of one are changed, and the answers
for the others are compared: later ones may see its states, earlier ones its cotangents.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from verification.diagnosis.circumstances import ending_early
from verification.diagnosis.probe import look_at
from verification.diagnosis.stages import Diagnosis, at_place
from verification.diagnosis.words import joined
from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, final_cotangents, in_domains, outputs_cotangent
from verification.models.model import Use
from verification.models.stored import limits
from verification.processes.invalid import InvalidAnswer, Unsupported
from verification.properties.calling import run_case
from verification.properties.engine import Answer, Engine

# What numbers are multiplied by to change them, those of a domain that has no other sign as well.
OTHERWISE = -0.5

FORWARD, GRADIENT = "the forward", "the gradient"


def of_leak(engine: Engine) -> Diagnosis | None:
    """The diagnosis of an engine in which one packed sequence affects another; None of any other."""
    if not engine.claim.packed:
        return None
    case = ending_early(engine)
    seen = look_at(engine, case)
    if not seen.wrong or seen.raised:
        return None
    try:
        leak = _leaks(engine, case)
    except (InvalidAnswer, Unsupported):
        return None
    return at_place("packed", leak, seen) if leak else None


def _leaks(engine: Engine, case: Case) -> str:
    """What leaks, from where to where; the forward first, whose leaks are in the gradient too; or ""."""
    first, places = run_case(engine, case), dict[str, set[int]]()
    for record in range(case.records):
        for what, n in _differences(case, first, run_case(engine, _changed(case, record))):
            if n != record:
                places.setdefault(what, set()).add(n - record)
    for what in (FORWARD, GRADIENT):
        if what in places:
            into = ["the next"] if max(places[what]) > 0 else []
            into += ["the one before"] if min(places[what]) < 0 else []
            return f"{what} leaks from one packed sequence into {joined(into)}"
    of_slack = run_case(engine, _of_other_slack(case))
    slack = next((what for what, _ in _differences(case, first, of_slack)), "")
    return f"{slack} leaks from the slack behind the last packed sequence into that one" if slack else ""


def _changed(case: Case, record: int) -> Case:
    """The case with other numbers of one record: its inputs, its states and their cotangents."""
    by_record = [block.name for block in case.model.of(Use.INPUT, Use.STATE)]
    blocks = {name: _otherwise(case.blocks[name], record) for name in by_record}
    state = tuple(_otherwise(array, record) for array in final_cotangents(case))
    objective = Cotangents(_otherwise(outputs_cotangent(case), record), state)
    return in_domains(replace(case, blocks={**case.blocks, **blocks}, objective=objective))


def _of_other_slack(case: Case) -> Case:
    """The case with other numbers behind the end of the last record."""
    slack = (-1, slice((case.lengths or (case.steps,))[-1], None))
    blocks = {name: _otherwise(array, slack) for name, array in case.inputs.items()}
    objective = Cotangents(_otherwise(outputs_cotangent(case), slack), final_cotangents(case))
    return in_domains(replace(case, blocks={**case.blocks, **blocks}, objective=objective))


def _otherwise(array: Array, index: Any) -> Array:
    changed = array.copy()
    changed[index] *= OTHERWISE
    return changed


def _differences(case: Case, first: Answer, other: Answer) -> Iterator[tuple[str, int]]:
    """Whether the forward or the gradient of which records differs, by more than half of the digits."""
    close = np.sqrt(float(limits(case.dtype).eps))
    gradients = [b.name for b in case.model.of(Use.INPUT, Use.STATE) if b.name in first.blocks]
    pairs = [(FORWARD, first.forward[name], other.forward[name]) for name in first.forward]
    pairs += [(GRADIENT, first.blocks[name], other.blocks[name]) for name in gradients]
    for what, before, after in pairs:
        far = np.abs(after - before) > close * np.max(np.abs(before))
        yield from ((what, n) for n in range(case.records) if far[n].any())
