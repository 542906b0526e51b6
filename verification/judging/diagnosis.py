"""Diagnosis: which part of which block is wrong, from which step on, and what that says.

The engine is put before a few fixed cases that its claim admits, which differ in T, in N, and in what has a
cotangent. What is said follows from where it is right and where it is wrong. The gradients of the initial
state come last of all that flows back, so where they are right, so is the flow.

=============  ==============================================================================
form           it does not answer as agreed
forward        outputs or a final state are wrong
accumulation   the initial state's gradients are right, those of other blocks are not
state          the initial state's gradients are wrong and no other, at any T
recursion      with one step all is right, or all but what is handed on to the step before
step           with one step other gradients are wrong
conduct        every gradient is right, and a property is refuted that is about other calls
precision      all is right but for functions that are exact to a rounding of 1, not of their own value
size           no small case of healthy numbers shows anything
=============  ==============================================================================
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from verification.arrays import Array
from verification.asked.case import Case, Cotangents, random_case
from verification.asked.draws import dimensions, some_policy
from verification.asked.model import Block, Use
from verification.comparison import compare
from verification.judging.engine import Answer, Engine, InvalidAnswer, ask
from verification.judging.findings import PLAIN
from verification.judging.properties import (
    FORM,
    Finding,
    Truth,
    final_cotangents,
    outputs_cotangent,
)
from verification.truth.table import LagTable, grouped_table

# Steps of the cases: one, the shortest recursion, and one in which a step has neighbours on both sides.
STEPS = (1, 2, 4)
RECORDS = 3

# By how much a constant factor may be off to be called that.
ALIKE = 1e-3


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What is wrong: the stage, the blocks whose gradients are wrong, and all of it in a sentence."""

    stage: str
    blocks: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    sentence: str = ""
    as_if: str | None = None

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, eq=False)
class _Seen:
    """What one case shows: its truth, the answer, and the wrong parts of the forward and of the gradient."""

    truth: Truth
    answer: Answer
    forward: tuple[str, ...]
    blocks: tuple[str, ...]


def diagnose(engine: Engine, finding: Finding, case: Case) -> Diagnosis:
    """What is wrong with an engine of which a run found this on a case."""
    if finding.property == FORM:
        return Diagnosis("form", sentence=f"The engine does not answer in form: {finding.wrong}.")
    try:
        return _diagnosed(engine, finding, case)
    except InvalidAnswer as invalid:
        return Diagnosis("form", sentence=f"The engine does not answer in form: {invalid}.")


def _diagnosed(engine: Engine, finding: Finding, case: Case) -> Diagnosis:
    by_steps = [_seen(engine, _case(engine, steps)) for steps in _steps(engine)]
    for seen in by_steps:
        if seen.forward:
            parts = " and ".join(seen.forward)
            verb = "are" if len(seen.forward) > 1 or parts == "outputs" else "is"
            start = _from(by_steps, seen)
            return Diagnosis("forward", sentence=f"{parts} {verb} wrong{start}: the forward is at fault.")
    wrong = [seen for seen in by_steps if seen.blocks]
    if not wrong:
        return _of_right_gradients(engine, finding, case)
    first = wrong[0]
    stage = _stage(engine, first, by_steps)
    told = "; ".join(_blocks_in_words(engine, first))
    hints = [*_right_elsewhere(engine, first), *_lags(engine)]
    tail = f" ({'; '.join(hints)})" if hints else ""
    gates = tuple(dict.fromkeys(part for name in first.blocks for part in _wrong_parts(engine, first, name)))
    sentence = f"{told}{_from(by_steps, first)}: {FAULTS[stage]}{tail}."
    return Diagnosis(stage, first.blocks, gates, sentence)


def _of_right_gradients(engine: Engine, finding: Finding, case: Case) -> Diagnosis:
    """What is wrong where every case of the diagnosis is right."""
    if finding.property not in PLAIN:
        return Diagnosis("conduct", sentence=f"{finding.wrong}: {finding.property} alone is refuted.")
    if engine.model.functions and not _wrong(ask(engine, case), grouped_table(case, floor=1.0)):
        return Diagnosis(
            "precision",
            sentence=f"{finding.wrong}: an inaccurate function is at fault. All is right to what a rounding "
            "of 1 does to its values; those near 0 have to be as exact relative to their own size.",
        )
    sizes = ", ".join(f"{name} {size}" for name, size in case.sizes.items())
    return Diagnosis(
        "size",
        sentence=f"{finding.wrong}, at {sizes}, {case.dtype.name}: small cases of healthy numbers are right.",
    )


def _wrong(answer: Answer, table: LagTable) -> bool:
    """Is a part of the answer wrong by this table?"""
    told = {**table.forward(), **table.expected()}
    parts = [*answer.forward.items(), *answer.gradients()]
    return any(compare(name, got, told[name].truth, told[name].bound) for name, got in parts)


# What a stage says.
FAULTS = {
    "accumulation": "what flows back is right, and what is made of it is at fault",
    "state": "the initial state's own gradient is at fault",
    "recursion": "what is carried from step to step is at fault",
    "step": "the derivative of one step is at fault",
}


def _stage(engine: Engine, first: _Seen, by_steps: Sequence[_Seen]) -> str:
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


def _steps(engine: Engine) -> list[int]:
    least, most = engine.claim.steps
    return sorted({min(max(steps, least), most) for steps in STEPS})


def _from(by_steps: Sequence[_Seen], seen: _Seen) -> str:
    """From which T on, where that is not the first that was tried."""
    return "" if seen is by_steps[0] else f" from T = {seen.truth.case.steps} on, right with fewer steps"


def _case(engine: Engine, steps: int, records: int = RECORDS) -> Case:
    """A case of healthy numbers, whose dimensions differ."""
    claim, model = engine.claim, engine.model
    records = min(max(records, claim.records[0]), claim.records[1])
    # The widest type that is claimed sees most.
    dtype = max((np.dtype(name) for name in claim.dtypes), key=lambda dtype: dtype.itemsize)
    sizes = {name: 2 + i for i, name in enumerate(dimensions(model, claim.losses[-1]))}
    functions = {role: names[0] for role, names in claim.functions.items()}
    losses = claim.losses[-1]
    case = random_case(model, np.random.default_rng(7), sizes, records, steps, dtype, functions, losses)
    if "Full" not in claim.policies:
        case = replace(case, policy=some_policy(claim.policies[0]))
    if claim.states == "zero":
        still = {block.name: 0 * case.blocks[block.name] for block in model.of(Use.STATE)}
        case = replace(case, blocks={**case.blocks, **still})
    return case


def _seen(engine: Engine, case: Case) -> _Seen:
    """What a case shows."""
    truth, answer = Truth(case), ask(engine, case)
    forward = tuple(
        name
        for name, expected in truth.forward.items()
        if compare(name, answer.forward[name], expected.truth, expected.bound)
    )
    blocks = {
        name
        for name, got in answer.gradients()
        if compare(name, got, truth.blocks[name].truth, truth.blocks[name].bound)
    }
    return _Seen(truth, answer, forward, tuple(name for name in answer.blocks if name in blocks))


def _wrong_parts(engine: Engine, seen: _Seen, name: str) -> tuple[str, ...]:
    """Those of a block's parts that are wrong; () where it has none or all of them are."""
    block = engine.model.block(name)
    if not block.parts:
        return ()
    expected = seen.truth.blocks[name]
    wrong = tuple(
        part
        for part, got, want in zip(
            block.parts, _split(block, seen.answer.blocks[name]), _split(block, expected.truth), strict=True
        )
        if compare(name, got, want, expected.bound)
    )
    return () if wrong == block.parts else wrong


def _split(block: Block, array: Array) -> list[Array]:
    return np.split(array, len(block.parts))


def _blocks_in_words(engine: Engine, seen: _Seen) -> Iterator[str]:
    """The wrong blocks, those alike together: 'U, W, b are wrong in f', 'h0 is zero'."""
    alike: dict[str, list[str]] = {}
    for name in seen.blocks:
        parts = _wrong_parts(engine, seen, name)
        how = f"wrong in {', '.join(parts)}" if parts else "wrong"
        alike.setdefault(how + _factor(engine, seen, name, parts), []).append(name)
    for how, names in alike.items():
        yield f"{', '.join(names)} {'are' if len(names) > 1 else 'is'} {how}"


def _factor(engine: Engine, seen: _Seen, name: str, parts: tuple[str, ...]) -> str:
    """What the wrong parts are instead, where that is a constant factor of what they should be."""
    block, case = engine.model.block(name), seen.truth.case
    got, want = seen.answer.blocks[name], seen.truth.blocks[name].truth
    if parts:
        chosen = [block.parts.index(part) for part in parts]
        got = np.concatenate([_split(block, got)[i] for i in chosen])
        want = np.concatenate([_split(block, want)[i] for i in chosen])
    if not got.any():
        return " (all zero)"
    largest = np.unravel_index(np.argmax(np.abs(want)), want.shape)
    factor = complex(got[largest] / want[largest])
    if abs(factor.imag) > ALIKE or not np.allclose(got, factor.real * want, rtol=ALIKE, atol=0):
        return ""
    known = {
        -1.0: "the sign is wrong",
        2.0: "twice what it should be",
        0.5: "half of what it should be",
        1 / case.records: f"1/{case.records} of what it should be, a mean over records",
        1 / case.steps: f"1/{case.steps} of what it should be, a mean over steps",
    }
    for value, words in known.items():
        if abs(factor.real - value) <= ALIKE * abs(value):
            return f" ({words})"
    return f" ({factor.real:.4g} times what it should be)"


def _right_elsewhere(engine: Engine, wrong: _Seen) -> Iterator[str]:
    """Under what simpler circumstances the same blocks are right."""
    case = wrong.truth.case
    if engine.claim.records[0] == 1 and case.records > 1:
        one = _seen(engine, _case(engine, case.steps, records=1))
        if not one.blocks:
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
        if _seen(engine, replace(case, objective=objective)).blocks
    ]
    if 0 < len(shown) < len(cotangents):
        yield f"only where {' or '.join(shown)} has a cotangent"


def _lags(engine: Engine) -> Iterator[str]:
    """At which lags the inputs' gradients are wrong, read off a loss at the last step alone."""
    case = _case(engine, min(max(STEPS), engine.claim.steps[1]))
    if not isinstance(case.objective, Cotangents):
        return
    outputs = 0 * outputs_cotangent(case)
    outputs[:, -1] = outputs_cotangent(case)[:, -1]
    none = tuple(0 * array for array in final_cotangents(case))
    seen = _seen(engine, replace(case, objective=Cotangents(outputs, none)))
    for block in engine.model.of(Use.INPUT):
        if block.name in seen.blocks:
            expected = seen.truth.blocks[block.name]
            got = seen.answer.blocks[block.name]
            wrong = [
                case.steps - 1 - s
                for s in range(case.steps - 1, -1, -1)
                if compare("", got[:, s], expected.truth[:, s], expected.bound)
            ]
            if len(wrong) < case.steps:
                lags = ", ".join(map(str, wrong))
                yield f"of the loss at the last step {block.name} is wrong at lag {lags}"
