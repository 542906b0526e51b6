"""A call of a training: what a layer answered there, beside what is true of what it was given.

The layer is not asked: its answer is that which was kept. So what depends on calls before, or on what a
training did between a forward and its backward, is seen, whether or not it comes again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from verification.models.case import Case
from verification.properties.engine import Engine
from verification.properties.property import FORM, About, Finding, Looked, Property
from verification.properties.remarks import settled
from verification.properties.trial import CaseTruth, Trial, agreement, found


@dataclass(frozen=True, eq=False)
class Recorded:
    """What a call was given, as a ``case``, and an ``engine`` that answers it as that call has answered.

    ``name``: of the call, in words. ``changed``: arrays that had other numbers when the backward was called
    than at the forward.
    """

    name: str
    case: Case
    engine: Engine
    changed: tuple[str, ...] = ()


def of_training(trial: Trial) -> Looked:
    """Each part of the answer agrees with the truth."""
    yield from agreement(trial.answer, trial.truth)


CALLS_OF_TRAINING = Property(
    "calls of a training",
    "each call that was kept of a training has answered what is true of what it was given",
    About.FIXED,
    of_training,
)


def findings_of(recorded: Recorded, truth: CaseTruth) -> Iterator[Finding]:
    """What a call's answer shows."""
    trial = Trial(recorded.engine, truth)
    asked = (CALLS_OF_TRAINING,)
    for each in settled(trial, asked, [*found(asked, trial)]):
        name = CALLS_OF_TRAINING.name if each.property == FORM.name and each.wrong else each.property
        wrong = each.wrong and f"{recorded.name}: {each.wrong}"
        yield replace(each, property=name, wrong=wrong, changed=recorded.changed)
