"""Diagnosis: from a failing engine alone, which block, which loss step t, which step of use s, and why.

The engine is put before a few *patients*, problems large enough to tell faults apart, and on each a map of
every wrong block is drawn (``verification.maps``). The stages of a backward pass follow one another, so the
first that is wrong is at fault:

==============  ==========================================================================
forward         the outputs are wrong
readout         V or c is wrong: they take every loss directly
truncation      nothing is wrong but that losses reach too far, or not far enough
recursion       a is wrong, the cotangent of the pre-activations, which the recursion makes
accumulation    a is right, and U, W, b, xs or h0, which are made from it, is wrong
conduct         no gradient is wrong, and still a property refutes the engine
==============  ==========================================================================

What the fault is like is found by trying known faults: an engine that gives the same gradients on every
patient is wrong in the same way.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import product

import numpy as np

from rnn import Chunked, Full, Tail, Truncation, Window
from rnn.arrays import FRACTIONS, Array
from verification.exactness import EXACTNESS
from verification.maps import Map, in_words, maps
from verification.problem import BLOCKS, Engine, Gradients, Problem, Unsupported
from verification.properties import PROPERTIES, Property, compare, findings
from verification.tolerance import Expected
from verification.trial import Late, Misbehaviour, Trial, Truth
from verification.unfolding import unfold

# N, D, H, K: enough of each that none is special.
SIZES = (2, 2, 3, 2)

# T: lags 0 … 5 can be told apart.
STEPS = 6

POLICIES: tuple[Truncation, ...] = (
    Full(),
    Window(2),
    Chunked(2),
    Chunked(2, 3),
    Chunked(4, 2),
    Tail(4),
)

STAGES = {
    "forward": ("outputs", "value"),
    "readout": ("V", "c"),
    "recursion": ("a",),
    "accumulation": ("U", "W", "b", "xs", "h0"),
}

# Of an engine whose gradients are right: first what is about its conduct alone, then all else.
CONDUCT = sorted(
    (*PROPERTIES, *EXACTNESS),
    key=lambda check: check.name not in ("inputs stay", "second call", "memory layout", "integers"),
)


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

    def __str__(self) -> str:
        if self.stage is None:
            return "No patient shows a fault."
        if self.stage == "form":
            return f"The engine does not answer in form: it {self.refuted}"
        if self.stage == "conduct":
            told = f"no patient's gradient is wrong, but {self.refuted}: the conduct is at fault"
        elif self.stage == "forward":
            told = f"{' and '.join(self.forward)} wrong: the forward is at fault"
        else:
            under = "" if self.problem.truncation == Full() else f" (under {self.problem.truncation})"
            told = f"{in_words(self.maps)}{under}: the {self.stage} is at fault"
        return f"{told}, as if {' or '.join(self.as_if)}" if self.as_if else told


@dataclass(frozen=True, eq=False)
class Known:
    """A fault to compare with: what an engine is like that has it, and the engine."""

    name: str
    engine: Engine

    @cached_property
    def answers(self) -> tuple[Gradients | str, ...]:
        """Its answers to the patients."""
        return tuple(_answer(self.engine, truth) for truth in patients())


@lru_cache(maxsize=1)
def patients() -> tuple[Truth, ...]:
    """What a diagnosis looks at; their truths serve every engine.

    For each policy a problem with a loss on every step, and one on the last. Then each other activation, of
    more inputs than units; a sequence no longer than its window; and a long one on which gradients live.
    """
    problems = [patient("tanh", policy, every_step) for every_step in (True, False) for policy in POLICIES]
    for activation in ("sigmoid", "relu", "softsign", "identity"):
        problems.append(patient(activation, Full(), True, sizes=(2, 4, 3, 2)))
    problems.append(patient("tanh", Window(9), True))
    long = patient("identity", Full(), False, steps=30, sizes=(2, 1, 3, 1))
    problems.append(long.replaced(W=np.linalg.qr(long.params["W"])[0]))
    return tuple(map(Truth, problems))


def patient(
    activation: str,
    truncation: Truncation,
    every_step: bool,
    steps: int = STEPS,
    sizes: tuple[int, int, int, int] = SIZES,
) -> Problem:
    """A problem of normal numbers, always the same for the same arguments."""
    rng = np.random.default_rng(20)
    N, D, H, K = sizes
    shapes = {"U": (H, D), "W": (H, H), "b": (H,), "V": (K, H), "c": (K,)}
    params = {name: rng.standard_normal(shape) / 2 for name, shape in shapes.items()}
    xs, h0 = rng.standard_normal((N, steps, D)), rng.standard_normal((N, H))
    targets = rng.standard_normal((N, steps, K))
    return Problem(activation, params, xs, targets if every_step else targets[:, -1], h0, truncation)


def in_integers() -> Problem:
    """A patient of small integers, on which floating point does not round."""
    return _rounded(patient("relu", Window(1), True, steps=4))


def in_fractions() -> Problem:
    """A patient in Fractions."""
    halves = _rounded(patient("softsign", Window(1), True, steps=3))
    exact = {name: np.vectorize(Fraction, otypes=[object])(array) for name, array in halves.arrays().items()}
    return halves.replaced(**exact)


def _rounded(problem: Problem) -> Problem:
    return problem.replaced(**{name: np.round(2 * array) for name, array in problem.arrays().items()})


def diagnose(engine: Engine, known: Sequence[Known] = (), also: Sequence[Problem] = ()) -> Diagnosis:
    """What is wrong with an engine, as far as the patients, and the problems in ``also``, show it."""
    others = [Truth(problem) for problem in also if problem.dtype != FRACTIONS]
    truths = (*patients(), *others)
    for truth in truths:
        try:
            found = _on(Trial(engine, truth))
        except Late as wrong:
            # To compare it with known faults is to wait again, on every patient.
            return Diagnosis("form", truth.problem, refuted=str(wrong))
        except Misbehaviour as wrong:
            found = Diagnosis("form", truth.problem, refuted=str(wrong))
        except Unsupported:
            continue
        if found.stage is not None:
            return replace(found, as_if=tuple(_alike(engine, known, others)))
    return next(_conduct(engine, known, also), Diagnosis(None, truths[0].problem))


def _conduct(engine: Engine, known: Sequence[Known], also: Sequence[Problem]) -> Iterator[Diagnosis]:
    """What a property refutes in an engine whose gradients are right, on a patient or in exact numbers."""
    exact = (in_integers(), in_fractions())
    truths = [Truth(problem) for problem in (*also, *(truth.problem for truth in patients()), *exact)]
    for check, truth in product(CONDUCT, truths):
        refuted = _refuted(engine, check, truth)
        if refuted is not None:
            same = (other.name for other in known if _refuted(other.engine, check, truth) == refuted)
            yield Diagnosis("conduct", truth.problem, refuted=refuted, as_if=tuple(same))


def _refuted(engine: Engine, check: Property, truth: Truth) -> str | None:
    """What a property says of the engine if it refutes it; nothing of a problem that it is not about."""
    if (truth.problem.dtype == FRACTIONS) != (check.name == "exact"):
        return None
    said = (f"{f.row}: {f.wrong}" for f in findings(Trial(engine, truth), check) if f.wrong is not None)
    with suppress(Unsupported):
        return next(said, None)
    return None


def _on(trial: Trial) -> Diagnosis:
    """What one patient shows; nothing where it has no truth."""
    problem, truth = trial.problem, trial.truth
    if not (truth.determined and unfold(truth).fits):
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
    if shown and set(wrong) <= {"xs", "a"}:
        # The das are seen through xs. Where all else that is made from them is right, so are they.
        return Diagnosis("accumulation", problem, shown)
    for stage, blocks in STAGES.items():
        if any(name in wrong for name in blocks):
            return Diagnosis(stage, problem, shown)
    return Diagnosis(None, problem)


def _alike(engine: Engine, known: Sequence[Known], others: Sequence[Truth]) -> Iterator[str]:
    """The names of the known faults that answer as the engine does, on every patient and on the others."""
    suspect = Known("", engine)
    for other in known:
        pairs = zip(patients(), suspect.answers, other.answers, strict=True)
        if all(_same(*pair) for pair in pairs) and all(
            _same(truth, _answer(engine, truth), _answer(other.engine, truth)) for truth in others
        ):
            yield other.name


def _answer(engine: Engine, truth: Truth) -> Gradients | str:
    """Its answer, or why there is none."""
    try:
        return Trial(engine, truth).answer
    except (Misbehaviour, Unsupported) as none:
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
