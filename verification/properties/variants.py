"""The same problem asked in another way: under a truncation alike, with checkpoints, in a workspace.

Each is asked of an engine that claims the other way as well, and each answer is held to the truth; to the
same bits where an engine claims those.
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
from verification.properties.asking import ask, ask_directly, relaid
from verification.properties.conduct import OTHERWISE
from verification.properties.engine import Answer
from verification.properties.property import About, Alone, Looked, Property
from verification.properties.trial import Trial, agreement
from verification.sampling.claim import Claim
from verification.truth.comparison import compare
from verification.truth.parts import OUTPUTS


def identities(trial: Trial) -> Looked:
    """Truncations that let each loss reach the same steps give the same gradient."""
    case = trial.truth.case
    if isinstance(case.objective, Targets):
        for other in equivalents_of(case):
            if other.kind in trial.engine.claim.truncations:
                answer = ask(trial.engine, replace(case, truncation=other))
                for name, wrong, expected in _alike(answer, trial):
                    yield name, f"under {other}, which is the same: {wrong}" if wrong else None, expected


def _alike(answer: Answer, trial: Trial) -> Looked:
    """Another answer to the same problem has to be the truth, and the first one."""
    first = {**trial.answer.forward, **trial.answer.blocks}
    got = {**answer.forward, **answer.blocks}
    for name, wrong, expected in agreement(answer, trial.truth):
        shown = name if name in answer.forward else f"d_{name}"
        yield name, wrong or compare(shown, got[name], first[name], 2 * expected.bound), expected


def equivalents_of(case: Case) -> tuple[Standard, ...]:
    """The truncations that are the same on a case."""
    if not isinstance(case.truncation, Standard):
        return ()
    return tuple(equivalents(case.truncation, case.steps, case.losses == (case.steps - 1,)))


def recomputation(trial: Trial) -> Looked:
    """With states computed again the gradient is the same, wherever they are kept."""
    for case in recomputed(trial.truth.case):
        for name, wrong, expected in _alike(ask(trial.engine, case), trial):
            clause = f"with checkpoints every {case.checkpoints} steps: {wrong}" if wrong else None
            yield name, clause, expected


def recomputed(case: Case) -> list[Case]:
    """The case with states kept every so many steps; the third number is another with each T."""
    steps = case.steps
    every = dict.fromkeys((2, max(1, steps - 1), 1 + 5 * steps % (steps + 2)))
    return [replace(case, checkpoints=number, workspace=False) for number in every]


def workspace(trial: Trial) -> Looked:
    """In arrays that calls for other numbers use before and after the gradient is the same."""
    answer = ask(trial.engine, in_a_workspace(trial.truth.case))
    for name, wrong, expected in _alike(answer, trial):
        yield name, f"in a workspace: {wrong}" if wrong else None, expected


def in_a_workspace(case: Case) -> Case:
    """The case, in a workspace."""
    return replace(case, checkpoints=None, workspace=True)


def several(claim: Claim) -> bool:
    """Does it claim truncations that can stand for one another? Of a step the loops are not the engine's."""
    kinds = [each for each in claim.truncations if isinstance(each, str)]
    return len(kinds) > 1 and "cotangents" not in claim.losses


def bits(trial: Trial) -> Looked:
    """The same bits in any layout, at a second call, in a workspace; and of outputs, with checkpoints."""
    claim = trial.engine.claim
    case, first = trial.truth.case, trial.answer.parts()
    some = trial.some
    for how in OTHERWISE:
        other = relaid(case, partial(laid_out, layout=how))
        got = ask_directly(trial.engine, other).parts()
        yield from _same_bits(f"with arrays laid out otherwise ({how})", got, first, some)
    ask(trial.engine, relaid(case, lambda array: -array))
    yield from _same_bits("at the second call", ask(trial.engine, case).parts(), first, some)
    # With states computed again sums are taken segment by segment.
    if claim.workspace and case.checkpoints is None:
        again = ask(trial.engine, in_a_workspace(case)).parts()
        yield from _same_bits("in a workspace", again, first, some)
    for other in recomputed(case) if claim.checkpoints else ():
        outputs = {OUTPUTS: ask(trial.engine, other).forward[OUTPUTS]}
        yield from _same_bits(f"with checkpoints every {other.checkpoints} steps", outputs, first, some)


def _same_bits(when: str, got: Mapping[str, Array], want: Mapping[str, Array], some: Expected) -> Looked:
    for part, array in got.items():
        same = np.array_equal(array, want[part], equal_nan=array.dtype != object)
        yield part.removeprefix("d_"), None if same else f"{part} has other bits {when}", some


IDENTITIES = Property(
    "identities",
    "truncations that let each loss reach the same steps give the same gradient",
    About.TRUNCATION,
    identities,
    asks=several,
    alone=Alone("truncation", "under truncations that reach the same steps it gives two gradients"),
)
RECOMPUTATION = Property(
    "recomputation",
    "with states computed again the gradient is the same, wherever they are kept",
    About.CONDUCT,
    recomputation,
    asks=lambda claim: claim.checkpoints,
)
WORKSPACE = Property(
    "workspace",
    "in arrays that other calls use before and after the gradient is the same",
    About.CONDUCT,
    workspace,
    asks=lambda claim: claim.workspace,
)
BITS = Property(
    "bits",
    "whatever the memory layout, the same to the bit",
    About.CONDUCT,
    bits,
    asks=lambda claim: claim.bits,
)
