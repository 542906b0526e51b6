"""The diagnosis of a gradient that does not scale with its cotangents: a clip, or a threshold.

At ordinary cotangents it is right. The search is for the least factor at which it is wrong, where what is
clipped, or dropped, is next to its limit.
"""

from collections.abc import Sequence

import numpy as np

from verification.diagnosis.clipping import clipped
from verification.diagnosis.probe import Seen, healthy_case, look_at, steps_of
from verification.diagnosis.stages import Diagnosis
from verification.diagnosis.words import gates
from verification.models.case import Case, Cotangents
from verification.models.model import Use
from verification.models.stored import limits
from verification.properties.engine import Engine
from verification.properties.linearity import POWERS, WIDEST, scaled
from verification.properties.property import Finding

# Times that the interval in which it begins is halved: of a hundred powers of two one part in three hundred.
HALVED = 14


def of_scale(engine: Engine, finding: Finding) -> Diagnosis:
    """The diagnosis of a gradient that is wrong for large cotangents, or for small ones."""
    largest = int(limits(healthy_case(engine).dtype).maxexp)
    for power in POWERS.get(largest, POWERS[WIDEST]):
        by_steps = [look_at(engine, _healthy(engine, steps, power)) for steps in steps_of(engine)]
        wrong = [seen for seen in by_steps if seen.blocks and not seen.forward]
        if wrong:
            return _told(engine, wrong, power)
    return Diagnosis("size", sentence=f"{finding.wrong}: small cases of healthy numbers are right.")


def _healthy(engine: Engine, steps: int, power: float) -> Case:
    return scaled(healthy_case(engine, steps), 2.0**power)


def _told(engine: Engine, wrong: Sequence[Seen], power: int) -> Diagnosis:
    first, last = wrong[0], wrong[-1]
    size = "large" if power > 0 else "small"
    begins = _beginning(engine, first, power)
    as_if = _clip(engine, first, last, begins) if power > 0 else _threshold(begins)
    tail = f", as if {as_if}" if as_if else f", from cotangents of about {_largest(begins):.2g} on"
    clause = f"{', '.join(last.blocks)} {'are' if len(last.blocks) > 1 else 'is'} wrong"
    sentence = f"{clause} where cotangents are {size}{tail}: at ordinary ones it is right."
    return Diagnosis("size", last.blocks, gates(last), sentence, as_if)


def _beginning(engine: Engine, wrong: Seen, power: float) -> Seen:
    """The case at about the least factor at which it is wrong."""
    right, steps = 0.0, wrong.truth.case.steps
    for _ in range(HALVED):
        middle = (right + power) / 2
        seen = look_at(engine, _healthy(engine, steps, middle))
        if seen.blocks:
            power, wrong = middle, seen
        else:
            right = middle
    return wrong


def _clip(engine: Engine, first: Seen, last: Seen, begins: Seen) -> str | None:
    """Of gradients, or of what is carried: with one step that is the initial state's gradient alone."""
    as_if = clipped(engine, first) or clipped(engine, begins)
    states = {block.name for block in engine.model.of(Use.STATE)}
    if as_if and set(first.blocks) <= states and not set(last.blocks) <= states:
        return as_if.replace("gradients were", f"what is carried of {', '.join(first.blocks)} were")
    return as_if


def _threshold(begins: Seen) -> str | None:
    """What is zero and should not be, where that is all that is wrong: the largest such entry."""
    dropped = [
        float(np.max(np.abs(begins.want(name)[begins.got[name] == 0]), initial=0)) for name in begins.blocks
    ]
    return f"what is below {max(dropped):.2g} were dropped" if all(dropped) else None


def _largest(seen: Seen) -> float:
    objective = seen.truth.case.objective
    assert isinstance(objective, Cotangents)  # as of every case that is scaled
    return max(float(np.max(np.abs(array))) for array in objective.arrays().values())
