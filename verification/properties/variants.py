"""Other ways to run the same problem: an equivalent truncation, checkpoints, a workspace.

Each is checked for an engine that claims it, and each answer is compared with the truth; bit by bit with the
first answer, if the engine claims that.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, Targets
from verification.models.layouts import laid_out
from verification.models.tolerance import Expected
from verification.models.truncation import Standard, equivalents
from verification.properties.calling import relaid, run_case, run_uncopied
from verification.properties.conduct import OTHERWISE
from verification.properties.engine import Answer
from verification.properties.property import About, Alone, Checked, Compared, Property
from verification.properties.trial import Trial, agreement, said
from verification.sampling.claim import Claim
from verification.truth.comparison import compare
from verification.truth.parts import OUTPUTS


def identities(trial: Trial) -> Checked:
    """Truncations that let each loss reach the same steps give the same gradient."""
    case = trial.truth.case
    if isinstance(case.objective, Targets):
        for other in equivalents_of(case):
            if other.kind in trial.engine.claim.truncations:
                answer = run_case(trial.engine, replace(case, truncation=other))
                yield from said(f"under {other}, which is the same", _alike(answer, trial))


def _alike(answer: Answer, trial: Trial) -> Compared:
    """Compares another answer to the same problem with the truth, and with the first answer."""
    first, got = trial.answer.parts(), answer.parts()
    for name, wrong, expected in agreement(answer, trial.truth):
        shown = name if name in answer.forward else f"d_{name}"
        yield name, wrong or compare(shown, got[shown], first[shown], 2 * expected.bound), expected


def equivalents_of(case: Case) -> tuple[Standard, ...]:
    """The truncations that are equivalent on a case."""
    if not isinstance(case.truncation, Standard):
        return ()
    return tuple(equivalents(case.truncation, case.steps, case.losses == (case.steps - 1,)))


def recomputation(trial: Trial) -> Checked:
    """With recomputed states the gradient is the same, wherever the checkpoints are."""
    for case in recomputed(trial.truth.case):
        clause = f"with checkpoints every {case.checkpoints} steps"
        yield from said(clause, _alike(run_case(trial.engine, case), trial))


def recomputed(case: Case) -> list[Case]:
    """The case with a checkpoint every so many steps; the third number depends on T."""
    steps = case.steps
    every = dict.fromkeys((2, max(1, steps - 1), 1 + 5 * steps % (steps + 2)))
    return [replace(case, checkpoints=number, workspace=False) for number in every]


def workspace(trial: Trial) -> Checked:
    """In a workspace that calls with other numbers use before and after, the gradient is the same."""
    answer = run_case(trial.engine, in_a_workspace(trial.truth.case))
    yield from said("in a workspace", _alike(answer, trial))


def in_a_workspace(case: Case) -> Case:
    """The case, in a workspace."""
    return replace(case, checkpoints=None, workspace=True)


def several(claim: Claim) -> bool:
    """Does it claim truncations that can be equivalent? For a step the verifier makes the loops, so it does
    not.
    """
    kinds = [each for each in claim.truncations if isinstance(each, str)]
    return len(kinds) > 1 and "cotangents" not in claim.losses


def bits(trial: Trial) -> Checked:
    """The same bits in any layout, at a second call, and in a workspace; outputs also with checkpoints."""
    claim = trial.engine.claim
    case, first = trial.truth.case, trial.answer.parts()
    some = trial.some
    for how in OTHERWISE:
        other = relaid(case, partial(laid_out, layout=how))
        got = run_uncopied(trial.engine, other).parts()
        yield from _same_bits(f"with arrays laid out otherwise ({how})", got, first, some)
    run_case(trial.engine, relaid(case, lambda array: -array))
    yield from _same_bits("at the second call", run_case(trial.engine, case).parts(), first, some)
    # With checkpoints, sums are taken segment by segment.
    if claim.workspace and case.checkpoints is None:
        again = run_case(trial.engine, in_a_workspace(case)).parts()
        yield from _same_bits("in a workspace", again, first, some)
    for other in recomputed(case) if claim.checkpoints else ():
        outputs = {OUTPUTS: run_case(trial.engine, other).forward[OUTPUTS]}
        yield from _same_bits(f"with checkpoints every {other.checkpoints} steps", outputs, first, some)


def _same_bits(when: str, got: Mapping[str, Array], want: Mapping[str, Array], some: Expected) -> Checked:
    for part, array in got.items():
        same = np.array_equal(array, want[part], equal_nan=array.dtype != object)
        yield part.removeprefix("d_"), None if same else f"{part} has other bits {when}", some


IDENTITIES = Property(
    "identities",
    "truncations that let each loss reach the same steps give the same gradient",
    About.TRUNCATION,
    identities,
    applies=several,
    alone=Alone("truncation", "under truncations that reach the same steps it gives two gradients"),
)
RECOMPUTATION = Property(
    "recomputation",
    "with states computed again the gradient is the same, wherever they are kept",
    About.CONDUCT,
    recomputation,
    applies=lambda claim: claim.checkpoints,
)
WORKSPACE = Property(
    "workspace",
    "in arrays that other calls use before and after the gradient is the same",
    About.CONDUCT,
    workspace,
    applies=lambda claim: claim.workspace,
)
BITS = Property(
    "bits",
    "whatever the memory layout, the same to the bit",
    About.CONDUCT,
    bits,
    applies=lambda claim: claim.bits,
)
