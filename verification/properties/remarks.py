"""What is inexact and not wrong leads to a remark and not to a refutation.

A sum that cancels, as a prefix sum after the last loss, or a state that is divided back to one that is zero,
leaves roundings where exactly 0 is right. They are a remark if none is larger than ``SAFETY`` roundings of
the largest entry of its own gradient, or of a product x ⊙ dx of any block, which is what such sums add up.

The other remark is on functions that are accurate relative to 1, but not to their own value.
A sigmoid written as ½ (1 + tanh(a / 2)) is 0 where it should be 1e-20. That error does not show in sums of
ordinary numbers, and the backward may well be right. So if a case is refuted, it is checked again with one
function, or with all, *coarse*: in the draws of the truth, value and slope of that function are also off by
roundings of 1 (``verification.truth.observed``), and nothing else is. A finding becomes a remark if

- every property that failed then holds, and
- the engine's forward has that error as well, on the case itself or on a small one that is searched for. A
  backward that is coarse where its forward is not is wrong: it belongs to another function.

All other cases keep their bounds, and find larger errors. Rational functions, such as relu and softsign, are
accurate relative to their own value however they are written, and never coarse.

A case on which the model's equations, computed in its type, come to no number is not checked: a right engine
comes to none either. A normaliser that rounds to zero is an example, whose quotient is 0 / 0.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from math import inf
from typing import Any

import numpy as np

from verification.models.case import WIDER, Case, in_domains, real_of
from verification.models.functions import Arithmetic, Function
from verification.models.tolerance import SAFETY, unit
from verification.processes.invalid import InvalidAnswer, Unsupported
from verification.processes.timeout import TimeIsOver
from verification.properties.engine import Engine
from verification.properties.gradients import FORWARD
from verification.properties.property import FORM, Finding, Property
from verification.properties.ragged import in_parts
from verification.properties.trial import CaseTruth, Trial, found
from verification.properties.truth import Truth
from verification.sampling.at_random import AtRandom
from verification.sampling.factors import dimensions, needs_readout
from verification.sampling.sample import in_floats
from verification.truth import replay
from verification.truth.memo import nothing
from verification.truth.substitute_types import as_known

# How many small cases are searched for one whose forward shows that a function is coarse.
LOOKED_AT = 200

# Factors of a case's numbers: then a gate is nearly closed, or a factor that hides it is nearly zero.
SIZES = (1e-12, 1.0, 20.0)


def settled(
    trial: Trial, properties: Sequence[Property[Trial]], findings: Sequence[Finding]
) -> Sequence[Finding]:
    """All findings of a case, where it is a remark what is wrong with it as one."""
    if all(each.wrong is None for each in findings) or not all(map(_is_of_numbers, findings)):
        return findings
    findings = [_as_rounding(each) if _is_rounding(trial.truth, each) else each for each in findings]
    if all(each.wrong is None for each in findings):
        return findings
    if _is_no_number(trial.truth):
        return [replace(each, wrong=None, determined=False) for each in findings]
    if _is_none(trial.truth):
        return findings
    try:
        return _as_remarks(trial, properties, findings)
    except TimeIsOver:
        # Raised once: the case is wrong, and whether that is a remark is decided however late it is.
        return _as_remarks(trial, properties, findings)


def _is_rounding(truth: CaseTruth, finding: Finding) -> bool:
    """Is what is wrong a rounding of large numbers where exactly 0 is right?"""
    if finding.wrong is None or finding.stray == inf or not isinstance(truth, Truth):
        return False
    blocks, expected = truth.blocks, truth.blocks.get(finding.part)
    if expected is None:
        return False
    products = (truth.case.blocks[name] * each.truth for name, each in blocks.items())
    largest = max(expected.size, *(float(np.max(np.abs(product))) for product in products))
    return finding.stray <= SAFETY * unit(real_of(truth.case.dtype)) * largest


def _as_rounding(finding: Finding) -> Finding:
    """The remark."""
    words = (
        f"the gradient of {finding.part} is off by roundings of large numbers where exactly 0 is right: "
        "a sum over steps cancels there, or a state is recomputed by division"
    )
    return replace(finding, wrong=None, determined=False, noted=words)


def _is_of_numbers(finding: Finding) -> bool:
    """Did the engine answer, and in form, if this is wrong?"""
    return finding.wrong is None or not (finding.lost or finding.property == FORM.name)


def _is_no_number(truth: CaseTruth) -> bool:
    """Do the equations come to infinity or NaN, in the case's type? The truth, in a wider one, is finite."""
    if not isinstance(truth, Truth):
        return False
    # What stands behind the end of a record may be any number.
    whole = truth.case.lengths is None
    ended = [truth.case] if whole else [case for _, case in in_parts(truth.case)]
    with np.errstate(all="ignore"):
        parts = [part for case in ended for part in replay.forward(as_known(case)).values()]
    return not all(np.all(np.isfinite(part)) for part in parts)


def _is_none(truth: CaseTruth) -> bool:
    """Is no function to blame, because nothing is rounded?"""
    return not (isinstance(truth, Truth) and suspects(truth.case))


def _as_remarks(
    trial: Trial, properties: Sequence[Property[Trial]], findings: Sequence[Finding]
) -> Sequence[Finding]:
    """The findings as remarks, if coarse functions explain all of them; else one that they do not explain is
    first.
    """
    wrong = {each.property for each in findings if each.wrong}
    failing = [each for each in properties if each.name in wrong]

    def left(names: tuple[str, ...]) -> set[tuple[str, str]]:
        """What is wrong with the engine's answer if these functions are coarse."""
        again = found(failing, trial.beside(coarse(trial.truth, names)))
        return {(each.property, each.part) for each in again if each.wrong}

    *alone, every = suspects(trial.truth.case)
    engine: Any = trial.engine
    unexplained = left(every)
    # A property that holds when it is checked again depends on the calls, and not on a function.
    if not unexplained and wrong == {name for name, _ in left(())}:
        names = blamed(engine, [each for each in alone if not left(each)]) or every
        if FORWARD.name in wrong or shown_by(engine, names) is not None:
            most = clipped_at(engine, names)
            return [
                replace(f, wrong=None, determined=False, remark=names, clipped=most) if f.wrong else f
                for f in findings
            ]
    first = next((i for i, f in enumerate(findings) if f.wrong and (f.property, f.part) in unexplained), 0)
    return [findings[first], *findings[:first], *findings[first + 1 :]]


def suspects(case: Case) -> list[tuple[str, ...]]:
    """Each non-rational function by itself, and all of them."""
    some = tuple(dict.fromkeys(each.name for each in case.chosen.values() if not each.rational))
    return list(dict.fromkeys([*((name,) for name in some), some])) if some else []


def coarse(truth: CaseTruth, names: tuple[str, ...]) -> CaseTruth:
    """The truth of the same case if those functions are accurate relative to 1 only."""
    assert isinstance(truth, Truth)
    return replace(truth, case=replace(truth.case, coarse=frozenset(names)), memory=nothing)


def blamed(engine: Any, explaining: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Of functions each of which explains a case, those that alone explain the forward of another."""
    if len(explaining) < 2:
        return next(iter(explaining), ())
    alone = (
        name
        for name in explaining
        if shown_by(engine, name, tuple(other for other in explaining if other != name)) is not None
    )
    return tuple(chain.from_iterable(alone)) or explaining[0]


# Arguments at which a sigmoid may be clipped, and by how much of itself its value may then be off: e to half
# of their distance.
CLIPS, NEAR = np.arange(5.0, 120.0, 0.5), 0.3


@lru_cache(maxsize=8)
def clipped_at(engine: Any, names: tuple[str, ...]) -> float | None:
    """The argument at which the forward's sigmoid is clipped; None if its numbers are not those of a clip."""
    case = shown_by(engine, names) if names == ("sigmoid",) else None
    if case is None:
        return None
    wide, got = case.astype(WIDER[as_known(case).dtype]), Trial(engine, Truth(case)).answer.forward

    def off(most: float) -> float:
        """How far the engine's numbers are from those of a sigmoid that is clipped there."""
        due = replay.forward(wide, Clipped(most))
        with np.errstate(all="ignore"):
            return max(float(np.max(np.abs(got[name] - due[name]) / np.abs(due[name]))) for name in got)

    # Written so that a NaN is not near.
    found = {most: off(most) for most in CLIPS}
    most = min(found, key=lambda each: found[each])
    return float(most) if found[most] <= NEAR < off(inf) else None


class Clipped(Arithmetic):
    """Floating point in which a sigmoid's argument is clipped."""

    def __init__(self, most: float) -> None:
        self._most = most

    def apply(self, function: Function, a: Any) -> Any:
        return super().apply(
            function, np.clip(a, -self._most, self._most) if function.name == "sigmoid" else a
        )


def shown_by(engine: Any, names: tuple[str, ...], others: tuple[tuple[str, ...], ...] = ()) -> Case | None:
    """A small case on which the forward is wrong, and right if those functions are coarse, not the others."""
    return _shown_by(engine, names, others)


@lru_cache(maxsize=16)
def _shown_by(engine: Any, names: tuple[str, ...], others: tuple[tuple[str, ...], ...]) -> Case | None:
    model, claim = engine.model, engine.claim
    small = {name: claim.least.get(name, 1) for name in dimensions(model, needs_readout(claim))}
    small |= {"N": claim.records[0], "T": claim.steps[0]}
    at_random, rng = AtRandom(in_floats(model, claim)), np.random.default_rng(0)
    for _ in range(LOOKED_AT):
        case = _spread(at_random.design.make(at_random.row(rng, small), rng), rng)
        if {*names} <= {each.name for each in case.chosen.values()} and _shows(engine, case, names, others):
            return case
    return None


def _shows(engine: Engine, case: Case, names: tuple[str, ...], others: tuple[tuple[str, ...], ...]) -> bool:
    truth = Truth(case)
    trial = Trial(engine, truth)
    # A truth takes ten times as long as a forward.
    if not _may_be_wrong(trial) or not truth.determined:
        return False
    if not _has_wrong(trial) or _has_wrong(replace(trial, truth=coarse(truth, names))):
        return False
    return all(_has_wrong(replace(trial, truth=coarse(truth, other))) for other in others)


def _spread(case: Case, rng: np.random.Generator) -> Case:
    """The case with numbers of other sizes, which reveal errors that ordinary sizes hide.

    Records do not end early and arrays have the usual layout, because functions do not depend on that.
    """
    blocks = {
        name: (array * rng.choice(SIZES, array.shape)).astype(array.dtype)
        for name, array in case.blocks.items()
    }
    return in_domains(replace(case, blocks=blocks, layouts={}, lengths=None))


def _may_be_wrong(trial: Trial) -> bool:
    """Is a number of its forward off by more than a few roundings?"""
    case = trial.truth.case
    try:
        got = trial.answer.forward
    except (InvalidAnswer, Unsupported):
        return False
    due, most = replay.forward(case.astype(WIDER[as_known(case).dtype])), SAFETY * unit(real_of(case.dtype))
    with np.errstate(all="ignore"):
        return any(np.any(np.abs(got[name] - due[name]) > most * np.abs(due[name])) for name in got)


def _has_wrong(trial: Trial) -> bool:
    return any(each.wrong is not None for each in found([FORWARD], trial))
