"""A recorded call of a training run: the layer's answer at that time, compared with the truth.

The layer is not called: its answer was stored. So an error shows even if it depends on earlier calls, or on
what the training did between a forward and its backward, and cannot be reproduced.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from verification.models.case import Case
from verification.properties.engine import Engine
from verification.properties.property import FORM, About, Finding, Property
from verification.properties.remarks import settled
from verification.properties.trial import CaseTruth, Trial, agreement, found


@dataclass(frozen=True, eq=False)
class Recorded:
    """The arguments of a recorded call as a ``case``, and an ``engine`` that returns the recorded answer.

    ``name``: of the call, in words. ``changed``: arrays whose numbers differed between the forward and the
    backward.
    """

    name: str
    case: Case
    engine: Engine
    changed: tuple[str, ...] = ()


CALLS_OF_TRAINING: Property[Trial] = Property(
    "calls of a training",
    "each call that was kept of a training has answered what is true of what it was given",
    About.FIXED,
    lambda trial: agreement(trial.answer, trial.truth),
)


def findings_of(recorded: Recorded, truth: CaseTruth) -> Iterator[Finding]:
    """The findings on a recorded call."""
    trial = Trial(recorded.engine, truth)
    properties = (CALLS_OF_TRAINING,)
    for each in settled(trial, properties, [*found(properties, trial)]):
        name = CALLS_OF_TRAINING.name if each.property == FORM.name and each.wrong else each.property
        wrong = each.wrong and f"{recorded.name}: {each.wrong}"
        yield replace(each, property=name, wrong=wrong, changed=recorded.changed)
