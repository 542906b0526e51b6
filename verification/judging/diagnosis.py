"""Diagnosis: which part of which block is wrong, from which step on, and what that says.

The engine is put before a few small cases that its claim admits, which differ in T, in N, and in what has a
cotangent. What is said follows from where it is right and where it is wrong. The gradients of the initial
state come last of all that flows back, so where they are right, so is the flow.

=============  ==============================================================================
convention     all is right if arrays, or equations, are read another way
form           it does not answer as agreed, everywhere or somewhere, and where it does all is right
forward        outputs or a final state are wrong
accumulation   the initial state's gradients are right, those of other blocks are not
state          the initial state's gradients are wrong and no other, at any T
recursion      with one step all is right, or all but what is handed on to the step before
step           with one step other gradients are wrong
truncation     the full gradient is right, and a truncated one is not
conduct        every gradient is right, and a property is refuted that is about other calls
precision      all is right to fewer digits than the number type has
size           small cases of healthy numbers are right, and larger ones, or other numbers, are not
=============  ==============================================================================
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from verification.asked.case import Case, Cotangents
from verification.asked.model import Use
from verification.asked.policies import FULL
from verification.comparison import compare
from verification.judging.as_if import explained
from verification.judging.clipping import clipped
from verification.judging.conventions import Convention, agreeing
from verification.judging.engine import Engine
from verification.judging.onset import onset
from verification.judging.precision import function_is_inaccurate, narrow
from verification.judging.probe import Seen, healthy_case, look, steps_of
from verification.judging.properties import (
    FORM,
    PLAIN,
    PROPERTIES,
    Finding,
    Truth,
    final_cotangents,
    findings,
    outputs_cotangent,
)
from verification.judging.words import blocks_in_words, common_factor, joined, wrong_parts


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What is wrong: the stage, the wrong blocks, those of their parts that are, and all of it in a sentence.

    ``as_if``: what the engine computes instead, in a few words, where that is found.
    """

    stage: str
    blocks: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    sentence: str = ""
    as_if: str | None = None

    def __str__(self) -> str:
        return self.sentence


def diagnose(engine: Engine, finding: Finding, case: Case) -> Diagnosis:
    """What is wrong with an engine of which a run found this on a case."""
    by_steps = _by_steps(engine)
    answered = [seen for seen in by_steps if not seen.raised]
    if not answered or any(seen.forward for seen in answered):
        convention = agreeing(engine)
        if convention is not None:
            return _in_convention(convention)
    if not answered:
        raised = finding.wrong if finding.property == FORM else by_steps[0].raised
        return Diagnosis("form", sentence=f"The engine does not answer in form: {raised}.")
    if len(answered) < len(by_steps):
        return _partly(by_steps, answered, _of_answers(engine, answered))
    return _of_answers(engine, answered) or _of_right_answers(engine, finding, case)


def _by_steps(engine: Engine) -> list[Seen]:
    return [look(engine, Truth(healthy_case(engine, steps))) for steps in steps_of(engine)]


def _in_convention(convention: Convention) -> Diagnosis:
    """What is left where the forward agrees under another reading."""
    say = f"if {convention.words}: say {convention.say}."
    wrong, right = None, convention.right
    if convention.engine is not None:
        answered = [seen for seen in _by_steps(convention.engine) if not seen.raised]
        wrong = _of_answers(convention.engine, answered)
        right = wrong is None
    if wrong is None:
        agrees = "All" if right else "The forward"
        return Diagnosis("convention", sentence=f"{agrees} agrees {say}", as_if=convention.words)
    return replace(wrong, sentence=f"The forward agrees {say} Then {wrong.sentence}")


def _partly(by_steps: Sequence[Seen], answered: Sequence[Seen], wrong: Diagnosis | None) -> Diagnosis:
    """What is told of an engine that answers at some numbers of steps alone."""
    raised = [seen for seen in by_steps if seen.raised]
    where = joined([f"T = {seen.truth.case.steps}" for seen in raised])
    told = f"The engine does not answer in form where {where}: {raised[0].raised}"
    if wrong is None:
        return Diagnosis("form", sentence=f"{told}; all else is right.")
    return replace(wrong, sentence=f"{told}. Elsewhere {wrong.sentence}")


def _of_answers(engine: Engine, by_steps: Sequence[Seen]) -> Diagnosis | None:
    """What is wrong in the small cases; None where nothing is."""
    wrong = [seen for seen in by_steps if seen.wrong]
    if not wrong:
        return None
    first = next((seen for seen in wrong if seen.forward), wrong[0])
    start, told = _from(by_steps, first), _wrong_in_words(_clearest(first, wrong[-1]))
    kept = narrow(first)
    if kept is not None:
        rounded = f"it were rounded to {kept}"
        sentence = f"{told}{start}: right to the digits of {kept} alone, as if {rounded}."
        return Diagnosis("precision", first.blocks, sentence=sentence, as_if=rounded)
    if first.forward:
        return Diagnosis("forward", sentence=f"{told}{start}: the forward is at fault.")
    stage = _stage(engine, first, by_steps)
    as_if = clipped(engine, wrong[-1]) or explained(wrong[-1])
    tail = f", as if {as_if}" if as_if else ""
    if not as_if:
        hints = [*_right_elsewhere(engine, first), *_lags(engine)]
        tail = f" ({'; '.join(hints)})" if hints else ""
    sentence = f"{told}{start}: {FAULTS[stage]}{tail}."
    return Diagnosis(
        stage, first.blocks, _gates(first), sentence, as_if or common_factor(_clearest(first, wrong[-1]))
    )


def _clearest(first: Seen, last: Seen) -> Seen:
    """The one to tell factors by: in two steps a half is a mean as well."""
    alike = (first.blocks, first.forward, _gates(first)) == (last.blocks, last.forward, _gates(last))
    return last if alike and first.truth.case.steps == 2 else first


def _wrong_in_words(seen: Seen) -> str:
    if not seen.forward:
        return "; ".join(blocks_in_words(seen))
    plural = len(seen.forward) > 1 or seen.forward == ("outputs",)
    return f"{joined(seen.forward)} {'are' if plural else 'is'} wrong"


def _gates(seen: Seen) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for name in seen.blocks for part in wrong_parts(seen, name)))


def _of_right_answers(engine: Engine, finding: Finding, case: Case) -> Diagnosis:
    """What is wrong where every small case is right."""
    if finding.property == FORM:
        start = onset(engine, case)
        where = f" {start}" if start else ""
        told = f"The engine does not answer in form{where}: {finding.wrong}"
        return Diagnosis("form", sentence=f"{told}; all else is right.")
    if finding.property not in PLAIN:
        return _of_conduct(engine, finding, case)
    if case.policy != FULL:
        truncated = _of_truncation(engine, case)
        if truncated is not None:
            return truncated
    seen = look(engine, Truth(case))
    if not seen.wrong or seen.raised:
        told = f"{finding.wrong}{_at_sizes(case)}: small cases of healthy numbers are right."
        return Diagnosis("size", sentence=told)
    if function_is_inaccurate(engine, case):
        return Diagnosis(
            "precision",
            seen.blocks,
            sentence=f"{finding.wrong}: an inaccurate function is at fault. All is right to what a rounding "
            "of 1 does to its values; those near 0 have to be as exact relative to their own size.",
            as_if="a function were exact to a rounding of 1 alone",
        )
    as_if = clipped(engine, seen) if seen.blocks else None
    start = "" if as_if else onset(engine, case)
    where = f" {start}" if start else _at_sizes(case)
    tail = f", as if {as_if}" if as_if else ""
    sentence = f"{_wrong_in_words(seen)}{where}: small cases of healthy numbers are right{tail}."
    return Diagnosis("size", seen.blocks, _gates(seen), sentence, as_if or common_factor(seen))


def _of_truncation(engine: Engine, case: Case) -> Diagnosis | None:
    """What is wrong under a case's truncation with healthy numbers; None where nothing is."""
    healthy = healthy_case(engine, steps=case.steps)
    under = look(engine, Truth(replace(healthy, policy=case.policy)))
    if not under.blocks or look(engine, Truth(healthy)).wrong:
        return None
    as_if = explained(under)
    tail = f", as if {as_if}" if as_if else ""
    sentence = f"{_wrong_in_words(under)} under {case.policy}: the truncation is at fault{tail}."
    return Diagnosis("truncation", under.blocks, _gates(under), sentence, as_if or common_factor(under))


def _at_sizes(case: Case) -> str:
    return f", at {', '.join(f'{name} {size}' for name, size in case.sizes.items())}, {case.dtype.name}"


def _of_conduct(engine: Engine, finding: Finding, case: Case) -> Diagnosis:
    """What is refuted by other calls than the one on the case itself."""
    others = tuple(name for name in PROPERTIES if name not in PLAIN)
    found = {each.property for each in findings(engine, Truth(case), others) if each.wrong is not None}
    names = [name for name in others if name in found or name == finding.property]
    verb = "are" if len(names) > 1 else "is"
    sentence = f"{finding.wrong}: {joined(names)} alone {verb} refuted."
    return Diagnosis("conduct", sentence=sentence)


# What a stage says.
FAULTS = {
    "accumulation": "what flows back is right, and what is made of it is at fault",
    "state": "the initial state's own gradient is at fault",
    "recursion": "what is carried from step to step is at fault",
    "step": "the derivative of one step is at fault",
}


def _stage(engine: Engine, first: Seen, by_steps: Sequence[Seen]) -> str:
    """From the shortest case that is wrong, and the longest of all."""
    uses = [{engine.model.block(name).use for name in seen.blocks} for seen in (first, by_steps[-1])]
    states = {block.name for block in engine.model.of(Use.STATE)}
    if Use.STATE not in uses[0] | uses[1]:
        # Where no state's gradient is claimed, the inputs' say the same of every step but the first.
        flow_is_seen = bool(states & set(engine.claim.blocks)) or Use.INPUT not in uses[1]
        if flow_is_seen:
            return "accumulation"
    if uses[1] == {Use.STATE}:
        return "state"
    if first is not by_steps[0] or uses[0] == {Use.STATE}:
        return "recursion"
    return "step"


def _from(by_steps: Sequence[Seen], seen: Seen) -> str:
    """From which T on, where that is not the first that was tried."""
    return "" if seen is by_steps[0] else f" from T = {seen.truth.case.steps} on, right with fewer steps"


def _right_elsewhere(engine: Engine, wrong: Seen) -> Iterator[str]:
    """Under what simpler circumstances the same blocks are right."""
    case = wrong.truth.case
    if engine.claim.records[0] == 1 and case.records > 1:
        one = look(engine, Truth(healthy_case(engine, case.steps, records=1)))
        if not one.wrong:
            yield "right for one record"
    if not isinstance(case.objective, Cotangents):
        return
    states = final_cotangents(case)
    none = tuple(0 * array for array in states)
    cotangents = {"the outputs": Cotangents(outputs_cotangent(case), none)}
    for i, block in enumerate(engine.model.of(Use.STATE)):
        alone = tuple(array if j == i else 0 * array for j, array in enumerate(states))
        cotangents[f"the final {block.name}"] = Cotangents(0 * outputs_cotangent(case), alone)
    shown = [
        name
        for name, objective in cotangents.items()
        if look(engine, Truth(replace(case, objective=objective))).blocks
    ]
    if 0 < len(shown) < len(cotangents):
        verb = "have" if len(shown) > 1 or "the outputs" in shown else "has"
        yield f"only where {' or '.join(shown)} {verb} a cotangent"


def _lags(engine: Engine) -> Iterator[str]:
    """At which lags the inputs' gradients are wrong, read off a loss at the last step alone."""
    case = healthy_case(engine)
    if not isinstance(case.objective, Cotangents):
        return
    outputs = 0 * outputs_cotangent(case)
    outputs[:, -1] = outputs_cotangent(case)[:, -1]
    none = tuple(0 * array for array in final_cotangents(case))
    seen = look(engine, Truth(replace(case, objective=Cotangents(outputs, none))))
    for block in engine.model.of(Use.INPUT):
        if block.name in seen.blocks:
            got, want, bound = seen.got[block.name], seen.want(block.name), seen.bound(block.name)
            wrong = [
                case.steps - 1 - s
                for s in range(case.steps - 1, -1, -1)
                if compare("", got[:, s], want[:, s], bound)
            ]
            if len(wrong) < case.steps:
                lags = ", ".join(map(str, wrong))
                yield f"of the loss at the last step {block.name} is wrong at lag {lags}"
