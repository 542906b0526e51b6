"""Diagnosis: from a failing engine alone, which block, which loss step t, which step of use s, and why.

The engine is put before a few *patients*, problems large enough to tell faults apart, and on each a map of
every wrong block is drawn (``verification.maps``). The stages of a backward pass follow one another, so the
first that is wrong is at fault:

==============  ===============================================================================
forward         the outputs are wrong
readout         V or c is wrong: they take every loss directly
truncation      nothing is wrong but that losses reach too far, or not far enough
recursion       a is wrong, the cotangent of the pre-activations, which the recursion makes
accumulation    a is right, and U, W, b, xs or h0, which are made from it, is wrong
conduct         it changes its inputs or keeps state; or a property refutes it whose gradients are right
size            all of that is right, and it is wrong on larger problems (``verification.larger``)
==============  ===============================================================================

What the fault is like is found by trying known faults: an engine that gives the same gradients on every
patient is wrong in the same way.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, product

import numpy as np

from rnn import Full
from rnn.arrays import FRACTIONS, Array
from verification.answer import InvalidAnswer
from verification.comparison import compare
from verification.exactness import EXACTNESS
from verification.larger import FIXED
from verification.maps import Map, in_words, maps
from verification.patients import in_fractions, in_integers, patients
from verification.problem import BLOCKS, Engine, Gradients, Problem, Unsupported
from verification.properties import PROPERTIES, Property, findings
from verification.tolerance import Expected
from verification.trial import Trial, Truth
from verification.unfolding import unfold
from verification.workers import Channel, Lost, spread

STAGES = {
    "forward": ("outputs", "value"),
    "readout": ("V", "c"),
    "recursion": ("a",),
    "accumulation": ("U", "W", "b", "xs", "h0"),
}

# What is asked first: an engine that fails here gives now one answer and now another.
UNSTEADY = tuple(check for check in PROPERTIES if check.name in ("inputs stay", "second call"))

# What is asked of an engine whose gradients are right: first what is about its conduct alone, then all else.
CONDUCT = sorted((*PROPERTIES, *EXACTNESS), key=lambda check: check.name not in ("memory layout", "integers"))


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What is wrong with an engine. ``stage`` is None where no patient shows a fault.

    ``problem`` is the patient on which it shows, ``maps`` its wrong blocks, ``as_if`` the known faults that
    give the same gradients, ``forward`` the parts of a wrong forward, and ``refuted`` what a property says of
    an engine whose conduct is at fault, or how it does not answer in form.
    """

    stage: str | None
    problem: Problem
    maps: tuple[Map, ...] = ()
    as_if: tuple[str, ...] = ()
    forward: tuple[str, ...] = field(default=())
    refuted: str | None = None

    @property
    def blocks(self) -> tuple[str, ...]:
        """The wrong blocks of the gradient."""
        return tuple(found.block for found in self.maps)

    def shows(self, other: "Diagnosis") -> bool:
        """Is the same wrong here as in the other, in the same places?"""
        places = [{each.block: each.wrong.tolist() for each in found.maps} for found in (self, other)]
        return places[0] == places[1] and self.forward == other.forward

    def __str__(self) -> str:
        if self.stage is None:
            return "No patient shows a fault."
        if self.stage == "form":
            return f"The engine does not answer in form: {self.refuted}"
        if self.stage == "conduct":
            told = f"{self.refuted}: the conduct is at fault"
        elif self.stage == "size":
            told = (
                f"{self.refuted}, in {self.problem.source}: what it does with such problems alone is at fault"
            )
        elif self.stage == "forward":
            told = f"{' and '.join(self.forward)} wrong: the forward is at fault"
        else:
            under = "" if self.problem.truncation == Full() else f" (under {self.problem.truncation})"
            told = f"{in_words(self.maps)}{under}: the {self.stage} is at fault"
        return f"{told}, as if {' or '.join(self.as_if)}" if self.as_if else told


@dataclass(frozen=True, eq=False)
class Known:
    """A fault to compare with: what it is like, an engine that has it, and its answers to the patients."""

    name: str
    engine: Engine
    answers: tuple[Gradients | str, ...]


def known_as(name: str, engine: Engine) -> Known:
    """A fault to compare with."""
    return Known(name, engine, tuple(_answer(engine, truth) for truth in patients()))


def diagnose(engine: Engine, known: Sequence[Known] = (), also: Sequence[Problem] = ()) -> Diagnosis:
    """What is wrong with an engine, as far as the patients, and the problems in ``also``, show it.

    The engine is asked in a process of its own, where there can be one. A patient that it does not do
    (``Unsupported``) shows nothing. ``known`` holds faults to compare with.
    """

    def work(also: Sequence[Problem], channel: Channel) -> Diagnosis:
        return _examined(channel.guarded(engine), known, also, channel)

    (found,) = spread(work, [also])
    return Diagnosis("form", found.told, refuted=found.how) if isinstance(found, Lost) else found


def _examined(engine: Engine, known: Sequence[Known], also: Sequence[Problem], channel: Channel) -> Diagnosis:
    """What the first of the patients shows that shows a fault."""
    # A larger problem has no lag table in good time, so it is looked at last, by itself.
    large = [Truth(problem) for problem in also if problem.source]
    also = [problem for problem in also if not problem.source]
    others = [Truth(problem) for problem in also if problem.dtype != FRACTIONS]
    truths = (*patients(), *others)
    channel.tell(truths[0].problem)
    if not isinstance(_answer(engine, truths[0]), str):
        unsteady = next(_conduct(engine, known, [*others, truths[0]], UNSTEADY), None)
        if unsteady is not None:
            return unsteady
    for truth in truths:
        channel.tell(truth.problem)
        found = _judged(engine, truth)
        if found.stage is not None:
            return replace(found, as_if=tuple(_alike(engine, known, found, others)))
    exact = [Truth(problem) for problem in (*also, in_integers(), in_fractions())]
    last = chain(
        _conduct(engine, known, [*truths, *exact], CONDUCT),
        _conduct(engine, known, large, FIXED, "size"),
    )
    return next(last, Diagnosis(None, truths[0].problem))


def _conduct(
    engine: Engine,
    known: Sequence[Known],
    truths: Sequence[Truth],
    checks: Sequence[Property],
    stage: str = "conduct",
) -> Iterator[Diagnosis]:
    """What a property refutes in an engine, whatever its gradients are."""
    for check, truth in product(checks, truths):
        refuted = _refuted(engine, check, truth)
        if refuted:
            found = Diagnosis(stage, truth.problem, refuted=": ".join(refuted))
            told = [(other, _refuted(other.engine, check, truth)) for other in known]
            if check in UNSTEADY:
                # What it answers depends on what was asked before; that it is refuted does not.
                same = [other.name for other, refuted_too in told if refuted_too[:1] == refuted[:1]]
            else:
                like = [other for other, refuted_too in told if refuted_too == refuted]
                same = list(_alike(engine, like, found, ()))
            yield replace(found, as_if=tuple(same))


def _refuted(engine: Engine, check: Property, truth: Truth) -> tuple[str, ...]:
    """The row in which a property refutes the engine, and how; () where it does not, or is about others."""
    if (truth.problem.dtype == FRACTIONS) == (check.name == "exact") and check.looks_at(truth.problem):
        with suppress(Unsupported):
            for finding in findings(Trial(engine, truth), check):
                if finding.wrong is not None:
                    return finding.row, str(finding.wrong)
    return ()


def _judged(engine: Engine, truth: Truth) -> Diagnosis:
    """What one patient shows."""
    try:
        return _on(Trial(engine, truth))
    except Unsupported:
        return Diagnosis(None, truth.problem)
    except InvalidAnswer as wrong:
        return Diagnosis("form", truth.problem, refuted=str(wrong))


def _on(trial: Trial) -> Diagnosis:
    """What one patient shows; nothing where it has no truth."""
    problem, truth = trial.problem, trial.truth
    unfolded = unfold(truth)
    if not (truth.determined and all(unfolded.stands_out(loss) for loss in range(len(truth.reach)))):
        return Diagnosis(None, problem)
    forward = tuple(
        name
        for name, expected in truth.forward.items()
        if compare(name, trial.answer.named()[name], expected.truth, expected.bound)
    )
    if forward:
        return Diagnosis("forward", problem, forward=forward)
    wrong = maps(trial)
    shown = tuple(wrong[name] for name in BLOCKS if name in wrong)
    if wrong and problem.truncation != Full() and all(each.cut_elsewhere for each in wrong.values()):
        return Diagnosis("truncation", problem, shown)
    if _das_are_right(truth, set(wrong)):
        wrong.pop("a", None)
    elif {"U", "W", "b", "xs"} <= set(wrong):
        wrong.setdefault("a", wrong["b"])
    for stage, blocks in STAGES.items():
        if any(name in wrong for name in blocks):
            return Diagnosis(stage, problem, shown)
    return Diagnosis(None, problem)


def _das_are_right(truth: Truth, wrong: set[str]) -> bool:
    """Can the das be right, which are seen through xs alone? What else is made from them may acquit them.

    A right h0 comes last of all that the recursion makes, if a loss reaches it.
    """
    last = "h0" not in wrong and bool(truth.reach[:, 0].any()) and truth.problem.steps > 1
    return last or not wrong & {"U", "W", "b", "h0"}


def _alike(
    engine: Engine, known: Sequence[Known], found: Diagnosis, others: Sequence[Truth]
) -> Iterator[str]:
    """The names of the known faults that answer as the engine does, and of which the same is found."""
    truths = [truth for truth in (*patients(), *others) if truth.problem is found.problem]
    suspect = known_as("", engine)
    for other in known:
        if (
            all(_same(*each) for each in zip(patients(), suspect.answers, other.answers, strict=True))
            and all(_same(truth, _answer(engine, truth), _answer(other.engine, truth)) for truth in others)
            and all(_judged(other.engine, truth).shows(found) for truth in truths)
        ):
            yield other.name


def _answer(engine: Engine, truth: Truth) -> Gradients | str:
    """Its answer, or why there is none."""
    try:
        return Trial(engine, truth).answer
    except (InvalidAnswer, Unsupported) as none:
        return str(none)


def _same(truth: Truth, first: Gradients | str, second: Gradients | str) -> bool:
    """Are two answers the same, within the bounds of the problem?"""
    if isinstance(first, str) or isinstance(second, str):
        return first == second
    forward = (
        compare(name, first.named()[name], second.named()[name], 2 * expected.bound)
        for name, expected in truth.forward.items()
    )
    blocks = (
        compare(
            name,
            first.blocks()[name],
            second.blocks()[name],
            2 * expected.bound * _magnification(first.blocks()[name], expected),
        )
        for name, expected in truth.blocks.items()
    )
    return not any(wrong is not None for wrong in (*forward, *blocks))


def _magnification(block: Array, expected: Expected) -> float:
    """How much larger than the truth's a wrong block is, for rounding grows with it; at least 1."""
    return max(1.0, float(np.max(np.abs(block))) / expected.size) if expected.size > 0 else 1.0
