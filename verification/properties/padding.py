"""Records that end early: everything after a record's end is padding."""

from dataclasses import replace

from verification.models.case import in_domains
from verification.models.model import Use
from verification.properties.calling import run_case
from verification.properties.property import About, Checked, Property
from verification.properties.trial import Trial, agreement, said

# A factor of the padding that must have no effect.
OTHER_PADDING = -3


def padding(trial: Trial) -> Checked:
    """Padding has a gradient of exactly zero, and changes nothing."""
    truth, case = trial.truth, trial.truth.case
    if case.lengths is None:
        return
    beyond = case.ended
    for block in case.model.of(Use.INPUT):
        if block.name in trial.answer.blocks:
            there = trial.answer.blocks[block.name][beyond]
            clause = f"d_{block.name} is not zero after the end of a record" if there.any() else None
            yield block.name, clause, truth.blocks[block.name]
    padded = {}
    for block in case.model.of(Use.INPUT):
        padded[block.name] = case.blocks[block.name].copy()
        padded[block.name][beyond] *= OTHER_PADDING
    answer = run_case(trial.engine, in_domains(replace(case, blocks={**case.blocks, **padded})))
    yield from said("with other padding", agreement(answer, truth))


PADDING = Property(
    "padding",
    "what follows a record's end has no gradient and no effect",
    About.CONDUCT,
    padding,
    applies=lambda claim: claim.lengths,
)
