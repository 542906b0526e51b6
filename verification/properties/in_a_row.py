"""Many calls in a row on a small problem: the last is as right as the first. Checked once in a run."""

import numpy as np

from verification.models.case import Case, in_domains
from verification.models.stored import dtype_of
from verification.processes.processor import spent
from verification.properties.calling import relaid, run_case
from verification.properties.property import About, Alone, Checked, NotAsked, Property
from verification.properties.trial import Trial, agreement, said, saying
from verification.sampling.claim import Claim

# The number of calls.
CALLS = 1000

# The seconds after which a slow engine is not called again; waiting for a device counts.
SECONDS = 3.0


def calls_in_a_row(trial: Trial) -> Checked:
    """A thousand calls: with these numbers, with others, and with the same shapes in every other claimed
    type.

    The compared answer follows a call in another type, if one is claimed. A slow engine gets fewer calls, and
    the finding says how many.
    """
    engine, truth = trial.engine, trial.truth
    case = truth.case
    turns = [in_domains(relaid(case, np.negative)), *in_other_types(case, engine.claim), case]
    first, ends = trial.answer.parts(), spent() + SECONDS
    for number in range(CALLS):
        turn = turns[number % len(turns)]
        with saying(f"at call {number + 2}, in {turn.dtype}"):
            answer = run_case(engine, turn)
        if turn is case and any(not np.array_equal(got, first[p]) for p, got in answer.parts().items()):
            found = [*agreement(answer, truth)]
            if any(wrong for _, wrong, _ in found):
                yield from said(f"at call {number + 2} in a row", iter(found))
                return
        if spent() > ends:
            yield "", NotAsked(f"more than {number + 2} of {CALLS} calls in a row"), trial.some
            break
    yield from ((name, None, truth.forward[name]) for name in trial.answer.forward)
    yield from ((name, None, expected) for name, expected in truth.blocks.items())


def in_other_types(case: Case, claim: Claim) -> list[Case]:
    """The case in every other claimed type of its kind, real or complex."""
    types = [dtype_of(name) for name in claim.dtypes]
    return [case.astype(each) for each in types if each.kind == case.dtype.kind and each != case.dtype]


CALLS_IN_A_ROW = Property(
    "calls in a row",
    "after a thousand calls, in every claimed type, a call is as right as the first",
    About.ONCE,
    calls_in_a_row,
    alone=Alone("conduct", "one call by itself is right, and many in a row are not"),
)
