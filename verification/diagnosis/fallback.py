"""What is wrong with an engine that is right in every small case of healthy numbers.

By the property that a run found refuted, and the case: another truncation, records that end early, other
calls, other sizes, other numbers.
"""

from dataclasses import replace

from verification.diagnosis.as_if import explained
from verification.diagnosis.clipping import clipped
from verification.diagnosis.onset import onset
from verification.diagnosis.precision import function_is_inaccurate, function_is_inaccurate_at_lags
from verification.diagnosis.probe import healthy_case, look_at
from verification.diagnosis.scaled import of_scale
from verification.diagnosis.stages import Diagnosis
from verification.diagnosis.words import common_factor, gates, joined, wrong_in_words
from verification.models import layouts
from verification.models.case import Case, name_of
from verification.models.truncation import FULL
from verification.properties.additivity import parts
from verification.properties.engine import Engine
from verification.properties.findings import BY_NAME, PROPERTIES, findings, truth_of
from verification.properties.property import About, Finding
from verification.truth.long import is_long


def of_right_answers(engine: Engine, finding: Finding, case: Case) -> Diagnosis:
    """What is wrong where every small case is right."""
    about, alone = BY_NAME[finding.property].about, BY_NAME[finding.property].alone
    if about is About.TRUNCATION and (found := _of_other_kind(engine, case)) is not None:
        return found
    if about is About.STEPS and function_is_inaccurate_at_lags(engine, case):
        return _of_function(finding)
    if alone is not None:
        where = f", in {case.source}" if case.source else ""
        return Diagnosis(alone.stage, sentence=f"{finding.wrong}{where}: {alone.says}.")
    if about is About.FORM:
        start = "" if case.dtype.hasobject else onset(engine, case)
        where = f" {start}" if start else ""
        told = f"The engine does not answer in form{where}: {finding.wrong}"
        return Diagnosis("form", sentence=f"{told}; all else is right.")
    if about is About.SCALE:
        return of_scale(engine, finding)
    wrong = [part for part in parts(case) if look_at(engine, part).wrong] if about is About.PARTS else []
    if wrong:
        case = wrong[0]
    elif about is not About.CALL:
        return _of_conduct(engine, finding, case)
    return _of_other_kind(engine, case) or _of_other_numbers(engine, finding, case)


# Steps up to which alternatives to a truncated gradient are computed, whose cost grows with their square.
SHORT = 9


def _of_other_kind(engine: Engine, case: Case) -> Diagnosis | None:
    """What is wrong with healthy numbers under a case's truncation, or with its records' ends."""
    healthy = healthy_case(engine, steps=case.steps)
    kinds = []
    if case.policy != FULL:
        under = replace(healthy, policy=case.policy)
        kinds.append(("truncation", under, f"under {case.policy}: the truncation is at fault"))
    if case.lengths is not None and healthy.records > 1:
        ends = tuple(max(engine.claim.steps[0], healthy.steps - n) for n in range(healthy.records))
        kinds.append(
            ("lengths", replace(healthy, lengths=ends), "where records end early: their end is at fault")
        )
    if kinds and look_at(engine, healthy).wrong:
        # It is a matter of size.
        return None
    for stage, other, where in kinds:
        seen = look_at(engine, other)
        if seen.wrong and not seen.raised:
            as_if = (
                explained(seen) if seen.blocks and other.lengths is None and other.steps <= SHORT else None
            )
            tail = f", as if {as_if}" if as_if else ""
            sentence = f"{wrong_in_words(seen)} {where}{tail}."
            return Diagnosis(stage, seen.blocks, gates(seen), sentence, as_if)
    return None


def _of_other_numbers(engine: Engine, finding: Finding, case: Case) -> Diagnosis:
    """What is wrong with other sizes, or other numbers, than those of small healthy cases."""
    if case.layouts and not look_at(engine, replace(case, layouts={})).wrong:
        count = len(case.blocks) + len(case.objective.arrays())
        told = f"{finding.wrong}, {layouts.in_words(case.layouts, count)}: in C order it is right."
        return Diagnosis("conduct", sentence=told)
    seen = look_at(engine, case)
    if not seen.wrong or seen.raised:
        told = f"{finding.wrong}{_at_sizes(case)}: small cases of healthy numbers are right."
        return Diagnosis("size", sentence=told)
    if (
        case.lengths is None
        and not seen.truth.large
        and not is_long(case)
        and function_is_inaccurate(engine, case)
    ):
        return _of_function(finding, seen.blocks)
    as_if = clipped(engine, seen) if seen.blocks else None
    start = "" if as_if else onset(engine, case)
    where = f" {start}" if start else _at_sizes(case)
    tail = f", as if {as_if}" if as_if else ""
    sentence = f"{wrong_in_words(seen)}{where}: small cases of healthy numbers are right{tail}."
    return Diagnosis("size", seen.blocks, gates(seen), sentence, as_if or common_factor(seen))


def _of_function(finding: Finding, blocks: tuple[str, ...] = ()) -> Diagnosis:
    """A function's values near 0 have too few digits."""
    return Diagnosis(
        "precision",
        blocks,
        sentence=f"{finding.wrong}: an inaccurate function is at fault. All is right to what a rounding "
        "of 1 does to its values; those near 0 have to be as exact relative to their own size.",
        as_if="a function were exact to a rounding of 1 alone",
    )


def _at_sizes(case: Case) -> str:
    return f", at {', '.join(f'{name} {size}' for name, size in case.sizes.items())}, {name_of(case.dtype)}"


def _of_conduct(engine: Engine, finding: Finding, case: Case) -> Diagnosis:
    """What is refuted by other calls than the one on the case itself."""
    of_calls = (About.TRUNCATION, About.CONDUCT, About.PARTS)
    others = tuple(each.name for each in PROPERTIES if each.about in of_calls)
    found = {each.property for each in findings(engine, truth_of(case), others) if each.wrong is not None}
    names = [name for name in others if name in found or name == finding.property]
    verb = "are" if len(names) > 1 else "is"
    failing = joined([f"“{name}”" for name in names])
    told = f"{finding.wrong}: one call by itself is right, and {failing} {verb} refuted."
    return Diagnosis("conduct", sentence=told)
