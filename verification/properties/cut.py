"""Cut: a sequence run in parts, with the states handed on and the backwards chained, equals one run.

    forward     outputs, state = layer(xs[:s], state), and the same for xs[s:] from that state
    backward    the cotangents of a part's initial state are those of the final state before it;
                gradients of blocks that all parts share are added, those of inputs are concatenated

This is how a stream is run, or a sequence that is too long for one call. The step of the cut differs from
case to case. The next part gets the very arrays that the layer returned. The bound is twice that of one run:
a state that is handed on is rounded like one that stays inside, and two sums are rounded once more. A part's
chunks begin where it does.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, is_stored, outputs_cotangent
from verification.models.model import Use
from verification.models.truncation import FULL
from verification.properties.calling import afresh, rng_of, run_uncopied
from verification.properties.engine import Answer, Engine
from verification.properties.property import About, Checked, Property
from verification.properties.ragged import rounded_truth
from verification.properties.trial import Trial, saying
from verification.sampling.claim import FEW_STEPS, Claim
from verification.truth.comparison import compare
from verification.truth.parts import final_of


def cut(trial: Trial) -> Checked:
    """The parts' outputs, states and gradients, joined, are those of the whole."""
    truth, engine = trial.truth, trial.engine
    case, owed = truth.case, {*engine.claim.blocks}
    spans = _spans(case, engine.claim)
    carried = {block.name for block in case.model.of(Use.STATE)}
    if len(spans) < 2 or case.truncation != FULL or not carried <= owed or is_stored(case):
        return
    where = f"before step {spans[1].start}" if len(spans) == 2 else f"into {len(spans)} parts"
    with saying(f"cut {where}"):
        parts = _in_turn(engine, case, spans)
    if case.begins:
        truth = rounded_truth(replace(case, cuts=tuple(span.start for span in spans)))
    for name, got in _joined(case, parts).items():
        what, expected = (f"d_{name}", truth.blocks[name]) if name in owed else (name, truth.forward[name])
        wrong = compare(what, got, expected.truth, 2 * expected.bound)
        yield name, wrong and wrong.under(f"cut {where}"), expected


def _spans(case: Case, claim: Claim) -> list[slice]:
    """Two parts, cut before a step that all records have; for a compiled engine, parts of a length that it
    knows.
    """
    least, end = claim.steps[0], min(case.lengths or (case.steps,))
    if claim.compiled:
        known = [n for n in FEW_STEPS if least <= n < end and case.steps % n == 0]
        each = max(known, default=case.steps) if case.lengths is None else case.steps
        return [slice(s, s + each) for s in range(0, case.steps, each)]
    if end < 2 * least:
        return []
    rng = rng_of(case)
    at = int(rng.integers(least, end - least, endpoint=True))
    return [slice(0, at), slice(at, case.steps)]


def parts(claim: Claim, case: Case) -> list[Case]:
    """The parts, each with the initial state and the final cotangents of the whole."""
    return [_of_span(case, span) for span in _spans(case, claim)]


def _in_turn(engine: Engine, case: Case, spans: Sequence[slice]) -> list[Answer]:
    """The answers of the parts; the backwards run once the cotangents of each final state are known."""
    names = [block.name for block in case.model.of(Use.STATE)]
    # An engine that declines views gets copies.
    handed = np.copy if "views" in engine.claim.declines else np.asarray
    part = afresh(_of_span(case, spans[0]))
    parts, answer = [part], run_uncopied(engine, part)
    for span in spans[1:]:
        part = afresh(_of_span(case, span))
        state = {name: handed(answer.forward[final_of(case.model.block(name))]) for name in names}
        parts.append(replace(part, blocks={**part.blocks, **state}))
        answer = run_uncopied(engine, parts[-1])
    answers = [_kept(answer)]
    for part in parts[-2::-1]:
        flow = tuple(handed(answer.blocks[name]) for name in names)
        objective = Cotangents(outputs_cotangent(part), flow)
        answer = run_uncopied(engine, replace(part, objective=objective))
        answers.append(_kept(answer))
    return answers[::-1]


def _of_span(case: Case, span: slice) -> Case:
    """These steps, with the initial state and the final cotangents of the whole, in C order."""
    ends = [min(length, span.stop) - span.start for length in case.lengths or ()]
    return replace(case.of_steps(span), layouts={}, lengths=tuple(ends) or None)


def _kept(answer: Answer) -> Answer:
    """A copy. Another property checks whether a call changes an earlier answer."""
    forward = {name: array.copy() for name, array in answer.forward.items()}
    return Answer(forward, {name: array.copy() for name, array in answer.blocks.items()}, {})


def _joined(case: Case, answers: Sequence[Answer]) -> dict[str, Array]:
    """The forward and the gradient of the whole."""
    outputs = case.model.outputs
    joined = {name: np.concatenate([answer.forward[name] for answer in answers], axis=1) for name in outputs}
    joined |= {final_of(block): answers[-1].forward[final_of(block)] for block in case.model.of(Use.STATE)}
    for name, array in answers[0].blocks.items():
        use, each = case.model.block(name).use, [answer.blocks[name] for answer in answers]
        if use is Use.STATE:
            joined[name] = array
        elif use is Use.INPUT:
            joined[name] = np.concatenate(each, axis=1)
        else:
            with np.errstate(all="ignore"):
                joined[name] = np.sum(each, axis=0)
    return joined


CUT = Property(
    "cut",
    "a sequence run in parts, the state handed on and the backwards chained, is that of one run",
    About.CONDUCT,
    cut,
    applies=lambda claim: "cotangents" in claim.losses and claim.hands_on,
    of_large=True,
    in_turn=True,
    parts=parts,
)
