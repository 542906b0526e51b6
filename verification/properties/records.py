"""Records are independent: their gradients add up, and their order does not matter."""

import numpy as np

from verification.models.case import is_stored
from verification.models.model import PARAMETERS
from verification.properties.calling import run_case
from verification.properties.property import About, Checked, Property
from verification.properties.trial import Trial, alike


def records_add_up(trial: Trial) -> Checked:
    """A batch's gradient is the sum of its records', each computed alone."""
    truth, engine = trial.truth, trial.engine
    case, claim = truth.case, engine.claim
    if case.records > 1 and claim.records[0] == 1 and not is_stored(case):
        alone = [run_case(engine, case.of_records(slice(n, n + 1))).blocks for n in range(case.records)]
        shared = {block.name for block in case.model.of(*PARAMETERS)}
        joined = {
            name: np.sum([each[name] for each in alone], axis=0)
            if name in shared
            else np.concatenate([each[name] for each in alone])
            for name in claim.blocks
        }
        yield from alike(joined, trial)


def records_permute(trial: Trial) -> Checked:
    """Permuting the records permutes what belongs to single records, and changes nothing else."""
    case = trial.truth.case
    if case.records > 1:
        order = np.roll(np.arange(case.records), 1)
        answer = run_case(trial.engine, case.of_records(order))
        shared = {block.name for block in case.model.of(*PARAMETERS)}
        back = np.argsort(order)
        blocks = {name: a if name in shared else a[back] for name, a in answer.blocks.items()}
        yield from alike(blocks, trial)


RECORDS_ADD_UP = Property(
    "records add up",
    "a batch's gradient is the sum of its records', each computed alone",
    About.CONDUCT,
    records_add_up,
)
RECORDS_PERMUTE = Property(
    "records permute",
    "records in another order change nothing but their place",
    About.CONDUCT,
    records_permute,
)
