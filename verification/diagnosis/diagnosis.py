"""Diagnosis: which part of which block is wrong, from which step on, and the likely reason.

The engine runs a few small cases within its claim, which differ in T, in N, and in the cotangents. The
diagnosis follows from where it is right and where it is wrong: conventions first, then the place, then what
is computed instead. ``verification.diagnosis.stages`` names the places.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from verification.diagnosis.as_if import explained
from verification.diagnosis.border import at_border, if_whole, of_border
from verification.diagnosis.clipping import clipped
from verification.diagnosis.coded import mistake
from verification.diagnosis.conventions import Convention, agreeing
from verification.diagnosis.fallback import of_right_answers, with_others
from verification.diagnosis.history import of_history, of_other_answers, of_training, of_what_is_kept
from verification.diagnosis.leak import of_leak
from verification.diagnosis.onset import fainter, onset
from verification.diagnosis.precision import narrow, rounded
from verification.diagnosis.probe import RECORDS, Seen, healthy_case, look_at, steps_of
from verification.diagnosis.several import Later, alone_in_words, as_well, each_alone, later, with_fewest
from verification.diagnosis.stages import APART, FAULTS, Diagnosis, at_place, bug_first, stage_of
from verification.diagnosis.where import Elsewhere
from verification.diagnosis.words import common_factor, gates, joined, wrong_in_words
from verification.models.case import Case, Cotangents, each_output_alone, final_cotangents, outputs_cotangent
from verification.models.model import Block, Use
from verification.properties.engine import Engine
from verification.properties.process import PROCESS_STAYS
from verification.properties.property import Finding
from verification.properties.training import CALLS_OF_TRAINING
from verification.truth.comparison import compare

__all__ = ["Diagnosis", "diagnose"]


def diagnose(engine: Engine, finding: Finding, case: Case, elsewhere: Elsewhere | None = None) -> Diagnosis:
    """The diagnosis of an engine that a run has refuted, from its finding and the case."""
    if finding.property == CALLS_OF_TRAINING.name:
        return of_training(engine, finding)
    if finding.property == PROCESS_STAYS.name and PROCESS_STAYS.alone is not None:
        sentence = bug_first(f"{finding.wrong}", PROCESS_STAYS.alone.says)
        return Diagnosis(PROCESS_STAYS.alone.stage, sentence=sentence)
    elsewhere = elsewhere or Elsewhere(engine)
    history = of_history(engine, finding, case)
    if history is not None:
        return history
    leak = of_leak(engine)
    if leak is not None:
        return _with_others(engine, leak, elsewhere)
    by_steps = _by_steps(engine)
    history = of_other_answers(engine, by_steps) or of_what_is_kept(engine, finding)
    if history is not None:
        return history
    answered = [seen for seen in by_steps if not seen.raised]
    if not answered or any(seen.forward for seen in answered):
        convention = agreeing(engine)
        if convention is not None:
            return _in_convention(convention)
    small = _of_small_cases(engine, by_steps)
    border = of_border(engine, case, small is not None)
    if border is not None:
        return _with_others(engine, border, elsewhere)
    if small is not None:
        return with_others(engine, small, elsewhere)
    return of_right_answers(engine, finding, case, elsewhere)


def _with_others(engine: Engine, found: Diagnosis, elsewhere: Elsewhere) -> Diagnosis:
    """The diagnosis with the blocks that are wrong elsewhere; a wrong forward spoils all of them."""
    return with_others(engine, found, elsewhere) if found.blocks else found


def _by_steps(engine: Engine, records: int = RECORDS) -> list[Seen]:
    return [look_at(engine, healthy_case(engine, steps, records)) for steps in steps_of(engine)]


def _in_convention(convention: Convention) -> Diagnosis:
    """The diagnosis of an engine whose forward agrees under another reading."""
    say = f"if {convention.words}: say {convention.say}."
    wrong, right = None, convention.right
    if convention.engine is not None:
        wrong = _of_small_cases(convention.engine, _by_steps(convention.engine))
        right = wrong is None
    if wrong is None:
        agrees = "All" if right else "The forward"
        read = mistake("another reading", convention.words)
        return Diagnosis("convention", sentence=f"{agrees} agrees {say}", as_if=read)
    if convention.engine is not None:
        wrong = with_others(convention.engine, wrong, Elsewhere(convention.engine))
    return replace(wrong, sentence=f"The forward agrees {say} Then: {wrong.sentence}")


def _of_small_cases(engine: Engine, by_steps: Sequence[Seen]) -> Diagnosis | None:
    """What is wrong in the small cases; None where nothing is."""
    raised = [seen for seen in by_steps if seen.raised]
    if not raised:
        return _of_answers(engine, by_steps)
    answered = [seen for seen in by_steps if not seen.raised]
    where = joined([f"T = {seen.truth.case.steps}" for seen in raised])
    if not answered and engine.claim.records[0] == 1:
        where = f"N = {raised[0].truth.case.records}"
        answered = [seen for seen in _by_steps(engine, records=1) if not seen.raised]
    if not answered:
        return Diagnosis("form", sentence=f"The engine does not answer in form: {raised[0].raised}.")
    clause = f"The engine does not answer in form where {where}: {raised[0].raised}"
    wrong = _of_answers(engine, answered)
    if wrong is None:
        return Diagnosis("form", sentence=f"{clause}; all else is right.")
    return replace(wrong, sentence=f"{clause}. Elsewhere: {wrong.sentence}")


def _of_answers(engine: Engine, by_steps: Sequence[Seen]) -> Diagnosis | None:
    """What is wrong in the small cases; None where nothing is."""
    wrong = [seen for seen in by_steps if seen.wrong]
    if not wrong:
        return None
    first, last = next((seen for seen in wrong if seen.forward), wrong[0]), wrong[-1]
    start = _from(engine, by_steps, first)
    kept = narrow(first)
    if kept is not None:
        to, more = mistake("rounded", f"it were rounded to {kept}"), later(first, wrong)
        clause = f"{wrong_in_words(first, last)}{start}{_as_well_in_words(more)}"
        sentence = f"{clause}: right to the digits of {kept} alone, as if {to}."
        return Diagnosis("precision", first.blocks, (), sentence, to, _blocks(more))
    if first.forward:
        only = "".join(f" ({each})" for each in _right_for_one_record(engine, first))
        return at_place("forward", f"the bug is in the forward{only}", first, start, _by_size(start))
    return _of_blocks(engine, first, by_steps, start)


def _of_blocks(engine: Engine, first: Seen, by_steps: Sequence[Seen], start: str) -> Diagnosis:
    """The diagnosis of wrong gradients, from the shortest case that shows them."""
    wrong = [seen for seen in by_steps if seen.wrong]
    stage, last, more = stage_of(engine, first, by_steps), wrong[-1], later(first, wrong)
    as_if = clipped(engine, last) or rounded(engine, last) or explained(last)
    if as_if is None and stage != "state" and _is_limited(engine, last.truth.case):
        return _limited(engine, last)
    if as_if is None and stage in APART:
        return _apart(engine, stage, first, wrong, more, start)
    cases = _others(stage, wrong, more)
    clause = f"{wrong_in_words(first, last, cases)}{start}{_as_well_in_words(more)}"
    if as_if is None:
        stage, tail = (stage, "") if stage == "state" else with_fewest(stage, first, last)
        tail += _hints(engine, stage, first)
    else:
        tail = f", as if {as_if}"
    sentence = bug_first(FAULTS[stage] + tail, clause)
    as_if = as_if or common_factor(first, last)
    where = _by_size(start)
    return Diagnosis(stage, first.blocks, gates(first, cases), sentence, as_if, _blocks(more), where)


def _by_size(start: str) -> tuple[str, ...]:
    """The condition of a range of T, if it is not all that was tried."""
    return ("size:T",) if start else ()


def _is_limited(engine: Engine, case: Case) -> bool:
    """Is it right where cotangents are small?"""
    return isinstance(case.objective, Cotangents) and not look_at(engine, fainter(case)).wrong


def _limited(engine: Engine, seen: Seen) -> Diagnosis:
    """What is wrong where gradients are large, and right where they are small."""
    start = onset(engine, seen.truth.case)
    from_there = f" {start.words}" if start.words else ""
    clause = f"{wrong_in_words(seen)}{from_there}: right where cotangents are small."
    return Diagnosis("size", seen.blocks, gates(seen), clause, common_factor(seen), conditions=start.codes)


def _apart(
    engine: Engine, stage: str, first: Seen, wrong: Sequence[Seen], more: Sequence[Later], start: str
) -> Diagnosis:
    """The diagnosis of blocks that may each have a fault of their own."""
    last, cases, also = wrong[-1], _others(stage, wrong, more), _blocks(more)
    alone = each_alone(first.blocks, first, last)
    tail = alone_in_words(first.blocks, alone) or _hints(engine, stage, first)
    # Parts that were named are not named again.
    others = as_well([replace(each, parts=()) if cases else each for each in more], last)
    clause = bug_first(FAULTS[stage] + tail, wrong_in_words(first, last, cases) + start)
    whole = [each.as_if for each in alone if not also and each.blocks == first.blocks and not each.where]
    as_if = next(iter(whole), None) or common_factor(first, last)
    sentence, where = " ".join([clause, *others]), _by_size(start)
    return Diagnosis(stage, first.blocks, gates(first, cases), sentence, as_if, also, where)


def _blocks(more: Sequence[Later]) -> tuple[str, ...]:
    return tuple(name for each in more for name in each.blocks)


def _as_well_in_words(more: Sequence[Later]) -> str:
    return "".join(f", and {each}" for each in more if each.blocks)


def _others(stage: str, wrong: Sequence[Seen], more: Sequence[Later]) -> Sequence[Seen]:
    """The cases whose wrong parts are named with those of the first: all, if the parts are independent."""
    spreads = stage != "accumulation" or any(each.is_carried for each in more)
    return () if spreads else wrong


def _hints(engine: Engine, stage: str, first: Seen) -> str:
    """Hints for an error that nothing explains."""
    hints = [*_right_elsewhere(engine, first), *_lags(engine, stage)]
    return f" ({'; '.join(hints)})" if hints else ""


def _from(engine: Engine, by_steps: Sequence[Seen], seen: Seen) -> str:
    """The range of T in which it is wrong, as far as it is not all that was tried."""
    first = by_steps.index(seen)
    later = by_steps[first + 1 :]
    right = [each.truth.case.steps for each in later if not each.wrong]
    until = ""
    if right:
        wrong = [each.truth.case.steps for each in by_steps[first:] if each.wrong]
        ends = f" up to T = {wrong[-1]}, right with more steps" if wrong[-1] < right[0] else ""
        until = (
            if_whole(engine, seen, wrong, right)
            or ends
            or f", right with T = {joined(list(map(str, right)))}"
        )
    if not first:
        return until
    return f" from T = {seen.truth.case.steps} on{at_border(engine, seen)}, right with fewer steps{until}"


def _right_elsewhere(engine: Engine, wrong: Seen) -> Iterator[str]:
    """Simpler circumstances under which the same blocks are right."""
    yield from _right_for_one_record(engine, wrong)
    case = wrong.truth.case
    if not isinstance(case.objective, Cotangents):
        return
    states = final_cotangents(case)
    none = tuple(0 * array for array in states)
    alone = each_output_alone(case)
    cotangents = {f"the {name}": Cotangents(outputs, none) for name, outputs in alone.items()}
    for i, block in enumerate(engine.model.of(Use.STATE)):
        ends = tuple(array if j == i else 0 * array for j, array in enumerate(states))
        if states[i].any():
            cotangents[f"the final {block.name}"] = Cotangents(0 * outputs_cotangent(case), ends)
    shown = [
        name
        for name, objective in cotangents.items()
        if look_at(engine, replace(case, objective=objective)).blocks
    ]
    if 0 < len(shown) < len(cotangents):
        verb = "have" if len(shown) > 1 or "the outputs" in shown else "has"
        yield f"only where {' or '.join(shown)} {verb} a cotangent"


def _right_for_one_record(engine: Engine, wrong: Seen) -> Iterator[str]:
    case = wrong.truth.case
    if engine.claim.records[0] == 1 and case.records > 1:
        one = look_at(engine, healthy_case(engine, case.steps, records=1))
        if not one.wrong:
            yield "right for one record"


def _lags(engine: Engine, stage: str) -> Iterator[str]:
    """At which lags the inputs' gradients are wrong, or that at step 0, by a loss at the last step alone.

    Nothing is said if every lag but 0 is wrong: the stage says so.
    """
    if engine.claim.losses[-1] != "cotangents":
        return
    longest = [_of_last_loss(engine, steps) for steps in steps_of(engine)[-2:]]
    *_, last = (each.truth.case.steps for each in longest)
    for block in engine.model.of(Use.INPUT):
        *_, wrong = found = [_wrong_lags(seen, block) for seen in longest]
        if wrong and wrong != [*range(stage == "recursion", last)]:
            # A lag that moves with the number of steps is a step.
            first = len(found) > 1 and found == [[each.truth.case.steps - 1] for each in longest]
            where = "step 0" if first else f"lag {', '.join(map(str, wrong))}"
            yield f"of the loss at the last step {block.name} is wrong at {where}"


def _of_last_loss(engine: Engine, steps: int) -> Seen:
    """The result of a case without cotangents but for the last output's."""
    case = healthy_case(engine, steps)
    assert isinstance(case.objective, Cotangents)  # as of every case with such losses
    return look_at(engine, replace(case, objective=case.objective.of_output(case.steps - 1)))


def _wrong_lags(seen: Seen, block: Block) -> list[int]:
    """The lags at which an input's gradient is wrong, of the loss at the last step."""
    if block.name not in seen.blocks:
        return []
    got, want, bound = seen.got[block.name], seen.want(block.name), seen.bound(block.name)
    steps = range(seen.truth.case.steps)
    return [lag for lag in steps if compare("", got[:, -1 - lag], want[:, -1 - lag], bound)]
