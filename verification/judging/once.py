"""Cases that every run includes once, for properties that are too slow for each case, or have the same result
on all.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from verification.diagnosis.probe import healthy_case
from verification.models.case import Case, Targets
from verification.properties.engine import Engine, FixedCase
from verification.properties.in_a_row import ANOTHER_THREAD, CALLS_IN_A_ROW, FORWARDS_IN_A_ROW
from verification.properties.partial import PARTIAL_GRADIENTS
from verification.truth import replay
from verification.truth.parts import OUTPUTS

# How much farther than usual targets are from the outputs, so that a loss's derivative is large or small.
FAR, NEAR = 2.0**20, 2.0**-20


def once(engine: Engine) -> Iterator[FixedCase]:
    """The cases, with the properties that are checked on them."""
    small = partial(healthy_case, engine, steps=2, records=1)
    for each in (FORWARDS_IN_A_ROW, ANOTHER_THREAD):
        # A loss is one call, of a cell of rnn as well, which also answers as a layer.
        if each.applies(engine.claim) and "cotangents" in engine.claim.losses:
            yield FixedCase(each, each.name, small)
    if engine.claim.capabilities.partial:
        yield FixedCase(PARTIAL_GRADIENTS, PARTIAL_GRADIENTS.name, partial(healthy_case, engine))
    if "cotangents" not in engine.claim.losses:
        for name, factor in (("targets far from the outputs", FAR), ("targets near the outputs", NEAR)):
            yield FixedCase(None, name, partial(_at_distance, engine, factor))
    # It takes seconds, and what the others show is known before.
    yield FixedCase(CALLS_IN_A_ROW, CALLS_IN_A_ROW.name, small)


def _at_distance(engine: Engine, factor: float) -> Case:
    """A healthy case with targets so many times as far from the outputs."""
    case = healthy_case(engine)
    objective = case.objective
    assert isinstance(objective, Targets)  # of who has no cotangents
    outputs = replay.forward(case)[OUTPUTS]
    given = outputs[:, -1:] if objective.last else outputs
    targets = given + factor * (objective.targets - given)
    return replace(case, objective=Targets(np.asarray(targets, case.dtype), objective.last))
