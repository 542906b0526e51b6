"""The diagnosis of an engine that is right in every small case of healthy numbers.

It starts from the property that a run found refuted, and from the case: another truncation, records that end
early, other calls, other circumstances, other sizes, other numbers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import prod

import numpy as np

from verification.diagnosis.as_if import explained
from verification.diagnosis.circumstances import ending_early
from verification.diagnosis.clipping import clipped, of_scale
from verification.diagnosis.coded import Coded
from verification.diagnosis.ends import explained_by_ends, fault_in_words
from verification.diagnosis.history import DIFFER, of_unwritten
from verification.diagnosis.onset import Onset, onset
from verification.diagnosis.precision import rounded
from verification.diagnosis.probe import OfSome, Seen, healthy_case, look_at
from verification.diagnosis.seen_in import facts
from verification.diagnosis.stages import Diagnosis, bug_first
from verification.diagnosis.where import Elsewhere, Where, as_well, beginning
from verification.diagnosis.within import from_within
from verification.diagnosis.words import common_factor, gates, joined, sizes_in_words, verb, wrong_in_words
from verification.models import layouts
from verification.models.case import Case
from verification.models.truncation import FULL, kind_of
from verification.models.weighted import Weighted
from verification.properties.conduct import INPUTS_STAY, MEMORY_LAYOUT
from verification.properties.engine import Engine
from verification.properties.findings import BY_NAME, PROPERTIES, findings, truth_of
from verification.properties.gradients import AUTOGRAD, FORWARD
from verification.properties.per_step import widened_case
from verification.properties.property import About, Finding
from verification.sampling.factors import OF_CLASSES, OF_MODEL, OF_RECORDS, OF_STEPS, UNWEIGHTED
from verification.sampling.weighing import weighed

# What a single call shows, of which the case itself may be brought nearer to a healthy one.
OF_A_CALL = (About.FORM, About.CALL, About.STEPS)


def of_right_answers(engine: Engine, finding: Finding, case: Case, elsewhere: Elsewhere) -> Diagnosis:
    """The diagnosis where every small case is right: first from the case that a run found, then elsewhere."""
    about, found, some = BY_NAME[finding.property].about, None, elsewhere.of(engine.claim.blocks)
    if about in (*OF_A_CALL, About.TRUNCATION) and not case.dtype.hasobject:
        found = _of_other_kind(engine, case)
    if found is None and about in OF_A_CALL and not case.dtype.hasobject:
        found = _of_one_call(engine, finding, case, some)
    return _and(engine, found or _of_property(engine, finding, case, some), some)


def with_others(engine: Engine, found: Diagnosis, elsewhere: Elsewhere) -> Diagnosis:
    """What is wrong in small cases, with the circumstances under which other blocks are wrong."""
    known = {*found.blocks, *found.also}
    left = tuple(name for name in engine.claim.blocks if name not in known)
    return _and(engine, found, elsewhere.of(left))


def _and(engine: Engine, found: Diagnosis, some: Sequence[Where]) -> Diagnosis:
    """The diagnosis, with the circumstances under which further blocks are wrong.

    Layouts are left out of the diagnosis of conduct, which has named them.
    """
    known = {*found.blocks, *found.also}
    others = []
    for each in some:
        blocks = tuple(name for name in each.blocks if name not in known)
        if blocks and not (found.stage == "conduct" and each.seen.truth.case.layouts):
            others.append(replace(each, blocks=blocks))
            known |= {*blocks}
    more = tuple(name for each in others for name in each.blocks)
    clause = " ".join([found.sentence, *as_well(engine, others)])
    return replace(found, sentence=clause, also=(*found.also, *more))


def _of_property(engine: Engine, finding: Finding, case: Case, some: Sequence[Where]) -> Diagnosis:
    """The diagnosis by the refuted property, where no single call shows more."""
    about, alone = BY_NAME[finding.property].about, BY_NAME[finding.property].alone
    wide = widened_case(engine.claim, case) if about is About.STEPS else None
    if wide is not None and look_at(engine, wide).blocks:
        # It is no lag: sums are wrong as well, at the sizes that separate the lags.
        return _of_other_numbers(engine, wide, some)
    if alone is not None:
        where = f", in {case.source}" if case.source else ""
        return Diagnosis(alone.stage, sentence=f"{finding.wrong}{where}: {alone.says}.")
    if about is About.FORM and (changed := _changed_in_place(engine, case)) is not None:
        where = layouts.in_words(case.layouts, len(case.blocks) + len(case.objective.arrays()))
        clause = f"{changed}: {finding.wrong}, with {where}."
        return Diagnosis("conduct", sentence=clause, conditions=("layout",))
    if about is About.FORM:
        return _of_form(finding, Onset() if case.dtype.hasobject else onset(engine, case))
    if about is About.SCALE:
        return of_scale(engine, finding)
    some_parts = BY_NAME[finding.property].parts(engine.claim, case)
    # What is wrong in calls elsewhere is so in those for parts as well.
    single = [each for each in some if finding.part in each.blocks and not each.seen.truth.case.layouts]
    if some_parts and single and not single[0].seen.raised:
        one = single[0]
        if one.words:
            return _of_circumstances(one)
        return _of_other_numbers(OfSome(engine, one.blocks), one.seen.truth.case, some)
    if some_parts and (met := _of_values_within(engine)) is not None:
        return met
    part = next((part for part in some_parts if look_at(engine, part).wrong), None)
    if part is not None:
        return _of_other_kind(engine, part) or _of_other_numbers(engine, part, some)
    if about is About.CALL:
        return _of_other_numbers(engine, case, some)
    laid_out = next((each for each in some if each.seen.truth.case.layouts and not each.seen.raised), None)
    if finding.property == MEMORY_LAYOUT.name and laid_out is not None:
        return _of_layout(laid_out)
    return _of_conduct(engine, finding, case)


def _changed_in_place(engine: Engine, case: Case) -> str | None:
    """The message on an array that is changed in place, in C order; None if the case has that order."""
    if not case.layouts:
        return None
    found = findings(engine, truth_of(replace(case, layouts={})), (INPUTS_STAY.name,))
    return next((each.wrong for each in found if each.wrong), None)


def _of_layout(where: Where) -> Diagnosis:
    """The diagnosis of the arrays whose layout shows the bug."""
    clause = f"{beginning(where.words)}, {wrong_in_words(where.seen)}: in C order it is right."
    return Diagnosis("conduct", sentence=clause, conditions=("layout",))


def _of_values_within(engine: Engine) -> Diagnosis | None:
    """The diagnosis of an error that depends on the value of a gate, or on the size of a state."""
    found = from_within(lambda case: look_at(engine, case).wrong, healthy_case(engine, steps=2))
    for words, case in found:
        seen = look_at(engine, case)
        sentence = f"{wrong_in_words(seen)} {words}: small cases of healthy numbers are right."
        factor = common_factor(seen)
        return Diagnosis("size", seen.blocks, gates(seen), sentence, factor, conditions=(words.code,))
    return None


# Steps up to which alternatives to a truncated gradient are computed, whose cost grows with their square.
SHORT = 9


def _of_other_kind(engine: Engine, case: Case) -> Diagnosis | None:
    """The diagnosis with healthy numbers under the case's truncation, losses, or ends of records."""
    healthy = healthy_case(engine, steps=case.steps)
    kinds = list(_other_kinds(engine, case, healthy))
    if not kinds or look_at(engine, healthy).wrong:
        # It is a matter of size, if of anything.
        return None
    for other, diagnosis_of in kinds:
        seen = look_at(engine, other)
        if seen.wrong and not seen.raised:
            return diagnosis_of(seen)
    return None


def _other_kinds(
    engine: Engine, case: Case, healthy: Case
) -> Iterator[tuple[Case, Callable[[Seen], Diagnosis]]]:
    """Healthy cases that are of one kind with the case, each with the diagnosis of what is wrong in it."""
    if case.truncation != FULL:
        yield replace(healthy, truncation=case.truncation), _of_truncation
    if case.lengths is not None:
        # Of few records, then of as many as it has, where it is no matter of size.
        yield ending_early(engine), _of_ends
        many = healthy_case(engine, case.steps, case.records)
        if not look_at(engine, many).wrong:
            yield replace(many, lengths=case.lengths), _of_ends
    if isinstance(case.objective, Weighted):
        other, kinds = _of_other_loss(healthy, case.objective)
        yield other, partial(_of_losses, kinds)


def _of_truncation(seen: Seen) -> Diagnosis:
    case = seen.truth.case
    as_if = explained(seen) if seen.blocks and case.steps <= SHORT else None
    tail = f", as if {as_if}" if as_if else ""
    sentence = bug_first(
        f"the bug is in the truncation{tail}", f"{wrong_in_words(seen)} under {case.truncation}"
    )
    where = (f"truncation:{kind_of(case.truncation)}",)
    return Diagnosis("truncation", seen.blocks, gates(seen), sentence, as_if, conditions=where)


def _of_ends(seen: Seen) -> Diagnosis:
    """The diagnosis of an error at the ends of records."""
    as_if = explained_by_ends(seen)
    sentence = bug_first(fault_in_words(seen, as_if), f"{wrong_in_words(seen)} where records end early")
    return Diagnosis("lengths", seen.blocks, gates(seen), sentence, as_if, conditions=("lengths",))


def _of_losses(kinds: Sequence[Coded], seen: Seen) -> Diagnosis:
    kind, codes = " and ".join(kinds), tuple(each.code for each in kinds)
    sentence = bug_first(f"the bug is in the gradient of losses that are {kind}", wrong_in_words(seen))
    return Diagnosis("losses", seen.blocks, gates(seen), sentence, conditions=codes)


def _of_other_loss(healthy: Case, objective: Weighted) -> tuple[Case, Sequence[Coded]]:
    """A healthy case with the weights, or the classes, of an objective, and what such losses are."""
    axes = 0 if objective.weights is None else objective.weights.ndim
    weights = (UNWEIGHTED, OF_RECORDS, OF_STEPS)[axes]
    loss = OF_CLASSES if objective.classes else OF_MODEL
    kinds = [
        *([Coded("of classes", "losses:classes")] if objective.classes else []),
        *([Coded("weighted", "losses:weighted")] if weights != UNWEIGHTED else []),
    ]
    return weighed(healthy, weights, loss, np.random.default_rng(0)), kinds


def _of_one_call(engine: Engine, finding: Finding, case: Case, some: Sequence[Where]) -> Diagnosis | None:
    """The diagnosis of a call that is wrong for another reason than sizes or magnitudes; else None."""
    about = BY_NAME[finding.property].about
    if about is About.CALL and (found := _of_this_call(engine, finding, case)) is not None:
        return found
    raised, seen_in_it = about is About.FORM, {*facts(case)}
    # A lag shows which part is wrong, where sums of lags are right.
    known = finding.part if about is About.STEPS else None
    some = [
        each
        for each in some
        if (each.words in seen_in_it or known in each.blocks)
        and bool(each.seen.raised) is raised
        and not each.seen.truth.case.layouts
    ]
    if not some:
        return None
    where = next((each for each in some if finding.part in each.blocks), some[0])
    return _of_form(finding, Onset.of(where.words)) if raised else _of_circumstances(where)


def _of_this_call(engine: Engine, finding: Finding, case: Case) -> Diagnosis | None:
    """The diagnosis by the case's layout, or by a clipped gradient; None if neither explains it."""
    seen = look_at(engine, case)
    if not seen.wrong and finding.property in (AUTOGRAD.name, FORWARD.name):
        bug = f"{DIFFER}, and this one is right at another time"
        return Diagnosis("conduct", sentence=bug_first(bug, f"{finding.wrong}"))
    if case.layouts and not look_at(engine, replace(case, layouts={})).wrong:
        count = len(case.blocks) + len(case.objective.arrays())
        clause = f"{finding.wrong}, {layouts.in_words(case.layouts, count)}: in C order it is right."
        return Diagnosis("conduct", sentence=clause, conditions=("layout",))
    where = f", at {sizes_in_words(case)}"
    if not seen.wrong or seen.raised:
        clause = f"{finding.wrong}{where}: small cases of healthy numbers are right."
        return Diagnosis("size", sentence=clause)
    as_if = clipped(engine, seen) if seen.blocks else None
    if as_if is None:
        return None
    clause = f"{wrong_in_words(seen)}{where}: small cases of healthy numbers are right, as if {as_if}."
    return Diagnosis("size", seen.blocks, gates(seen), clause, as_if)


def _of_circumstances(where: Where) -> Diagnosis:
    """The diagnosis of blocks that are wrong under certain circumstances."""
    seen, clause = where.seen, wrong_in_words(where.seen)
    rest = tuple(name for name in where.blocks if name not in seen.blocks)
    more = f", in other such cases {joined(rest)} {verb(rest)} as well" if rest else ""
    sentence = f"{beginning(where.words)}, {clause}{more}: small cases of healthy numbers are right."
    codes = (where.words.code,)
    return Diagnosis("size", where.blocks, gates(seen), sentence, common_factor(seen), conditions=codes)


def _of_form(finding: Finding, start: Onset) -> Diagnosis:
    where = f" {start.words}" if start.words else ""
    clause = f"The engine does not answer in form{where}: {finding.wrong}"
    return Diagnosis("form", sentence=f"{clause}; all else is right.", conditions=start.codes)


def _of_other_numbers(engine: Engine, case: Case, some: Sequence[Where]) -> Diagnosis:
    """The diagnosis of an error that needs other sizes, or numbers, than those of small healthy cases.

    It is sought from the case that a run found, and from those that differ from a healthy one in a single
    size or magnitude, the smallest first: that takes the least time.
    """
    seen = look_at(engine, case)
    nearby = [each for each in some if not each.words and {*each.blocks} >= {*seen.blocks}]
    candidates = [(seen, engine), *((each.seen, OfSome(engine, each.blocks)) for each in nearby)]
    for shown, answering in sorted(candidates, key=lambda each: prod(each[0].truth.case.sizes.values())):
        start = onset(answering, shown.truth.case)
        if start.words:
            seen = shown
            break
    where = f" {start.words}" if start.words else f", at {sizes_in_words(case)}"
    small = f"small cases of healthy numbers{f' {start.right}' if start.right else ''} are right"
    as_if = rounded(engine, seen) if seen.blocks else None
    tail = f", as if {as_if}" if as_if else ""
    sentence = f"{wrong_in_words(seen)}{where}: {small}{tail}."
    as_if = as_if or common_factor(seen)
    return Diagnosis("size", seen.blocks, gates(seen), sentence, as_if, conditions=start.codes)


def _of_conduct(engine: Engine, finding: Finding, case: Case) -> Diagnosis:
    """The diagnosis by the properties that need further calls."""
    unwritten = None if case.dtype.hasobject else of_unwritten(engine, look_at(engine, case))
    if unwritten is not None:
        return unwritten
    of_calls = (About.TRUNCATION, About.CONDUCT, About.PARTS)
    others = tuple(each.name for each in PROPERTIES if each.about in of_calls)
    found = {each.property for each in findings(engine, truth_of(case), others) if each.wrong is not None}
    names = [name for name in others if name in found or name == finding.property]
    failing = joined([f"“{name}”" for name in names])
    clause = f"{finding.wrong}: one call by itself is right, and {failing} {verb(names)} refuted."
    return Diagnosis("conduct", sentence=clause)
