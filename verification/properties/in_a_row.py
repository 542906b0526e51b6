"""Many calls in a row on a small problem, or many forwards before their backwards: the last is as right as
the first. Checked once in a run.
"""

import numpy as np

from verification.models.case import Case, in_domains
from verification.models.stored import dtype_of
from verification.processes.processor import spent
from verification.properties.calling import PendingBackward, begin, relaid, run_case
from verification.properties.interleaved import INTERLEAVED_CALLS, going_back_too, of_other_data
from verification.properties.property import About, Alone, Checked, NotChecked, Property
from verification.properties.trial import Trial, agreement, said, saying
from verification.sampling.claim import Claim

# The number of calls, and of forwards before their backwards: of a pipeline's micro-batches.
CALLS, FORWARDS = 1000, 64

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
            yield "", NotChecked(f"more than {number + 2} of {CALLS} calls in a row"), trial.some
            break
    yield from ((name, None, truth.forward[name]) for name in trial.answer.forward)
    yield from ((name, None, expected) for name, expected in truth.blocks.items())


def forwards_in_a_row(trial: Trial) -> Checked:
    """A forward and sixty-three of other data, and then their backwards, of which the first is compared.

    A slow engine gets fewer, and the finding says how many.
    """
    engine, truth, ends = trial.engine, trial.truth, spent() + SECONDS
    first, others = begin(engine, truth.case), list[PendingBackward]()
    other = of_other_data(truth.case)
    while len(others) < FORWARDS - 1:
        with saying(f"at forward {len(others) + 2} in a row"):
            others.append(begin(engine, other))
        if spent() > ends:
            yield "", NotChecked(f"more than {len(others) + 1} of {FORWARDS} forwards in a row"), trial.some
            break
    what = f"a backward after {len(others)} other forwards"
    with going_back_too(*others), saying(what):
        answer = first.back()
    yield from said(what, agreement(answer, truth))
    for each in others:
        with saying("a backward of many forwards in a row"):
            each.back()


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
FORWARDS_IN_A_ROW = Property(
    "forwards in a row",
    "sixty-four forwards before their backwards: each goes back by its own",
    About.ONCE,
    forwards_in_a_row,
    applies=INTERLEAVED_CALLS.applies,
    alone=Alone("conduct", "a few forwards at once are right, and many are not"),
)
