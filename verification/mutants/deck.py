"""One fixed deck of problems, whose truths are computed once and serve every mutant.

The first part is laid out by hand, so that every activation meets every kind of truncation wherever a fault
may hide; the second is drawn by the suite's own strategies, from a fixed seed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle

import numpy as np
from hypothesis.strategies import SearchStrategy

from rnn import Chunked, Full, Tail, Truncation, Window
from rnn.arrays import FRACTIONS, Array
from verification.diagnosis import Diagnosis
from verification.drawing import each_drawn
from verification.mutants.mutant import Mutant
from verification.mutants.patch import engine
from verification.problem import Engine, Problem
from verification.properties import Property, findings
from verification.strategies import exact_problems, integer_problems, problems
from verification.trial import Trial, Truth

ACTIVATIONS = ("tanh", "sigmoid", "relu", "softsign", "identity")

# With T steps each: every kind of truncation, within T and beyond it, even and ragged.
TRUNCATIONS: tuple[tuple[int, Truncation], ...] = (
    (4, Full()),
    (5, Window(2)),
    (5, Chunked(2)),
    (6, Chunked(3, 5)),
    (7, Chunked(4, 2)),
    (5, Tail(2)),
    (3, Window(4)),
    (4, Window(0)),
    (3, Chunked(5)),
    (4, Chunked(6, 2)),
    (6, Window(1)),
    (5, Tail(0)),
)

# N, D, H, K: none the same as its neighbour for long, and each of them 1 somewhere.
SIZES = ((3, 2, 4, 2), (2, 3, 2, 1), (1, 1, 3, 3), (4, 4, 3, 2), (2, 1, 1, 1), (3, 3, 2, 3), (1, 2, 3, 2))

# Drawn by the suite's strategies: of any numbers, of integers, of Fractions.
DRAWN = {problems: 30, integer_problems: 10, exact_problems: 15}


@dataclass(frozen=True, eq=False)
class Example:
    """A problem on which a property fails, and how it fails there."""

    problem: Problem
    failure: str


@dataclass(frozen=True, eq=False)
class Kill:
    """A mutant before the deck: the properties that caught it, each with the first of its examples.

    Once the named property has caught it, the others are asked about that problem alone. ``diagnosis`` where
    one was made.
    """

    mutant: Mutant
    caught: Mapping[str, Example]
    diagnosis: Diagnosis | None = None

    @property
    def by_name(self) -> bool:
        """Did the property that the mutant names catch it?"""
        return self.mutant.caught_by in self.caught

    @property
    def example(self) -> Example | None:
        """The named property's example, or another's, or None if nothing caught it."""
        return self.caught.get(self.mutant.caught_by or "", next(iter(self.caught.values()), None))


def judge(mutant: Mutant, deck: Sequence[Truth], properties: Sequence[Property]) -> Kill:
    """Which properties catch the mutant, and by which problem first."""
    named = [check for check in properties if check.name == mutant.caught_by]
    if mutant.caught_by is not None and not named:
        known = ", ".join(check.name for check in properties)
        raise ValueError(f"mutant {mutant.name!r}: caught by {mutant.caught_by!r}, needed one of {known}")
    wrong = engine(mutant)
    for check in named:
        for truth in truths(check, deck):
            if (example := refutation(wrong, truth, check)) is not None:
                found = {other.name: refutation(wrong, truth, other) for other in properties}
                others = {name: example for name, example in found.items() if example is not None}
                return Kill(mutant, {check.name: example} | others)
    caught: dict[str, Example] = {}
    for check in properties:
        examples = (refutation(wrong, truth, check) for truth in truths(check, deck))
        if (example := next((e for e in examples if e is not None), None)) is not None:
            caught[check.name] = example
    return Kill(mutant, caught)


def truths(check: Property, deck: Sequence[Truth]) -> Sequence[Truth]:
    """What the property looks at: the deck, or its fixed problems where it draws none."""
    return deck if check.problems is not None else [Truth(problem) for problem in check.fixed()]


def refutation(engine: Engine, truth: Truth, check: Property) -> Example | None:
    """How the property refutes the engine on a problem, or None where it does not, or does not look at it."""
    exact = (truth.problem.dtype == FRACTIONS) == (check.problems is exact_problems)
    if not (exact and check.looks_at(truth.problem)):
        return None
    for finding in findings(Trial(engine, truth), check):
        if finding.wrong is not None:
            return Example(truth.problem, f"{finding.row}: {finding.wrong}")
    return None


@lru_cache(maxsize=1)
def deck() -> tuple[Truth, ...]:
    """The deck; always the same, and its truths are computed when they are first asked for."""
    return tuple(Truth(problem) for problem in (*laid_out(), *drawn()))


def laid_out() -> Iterator[Problem]:
    """The problems laid out by hand."""
    rng = np.random.default_rng(0)
    sizes, scales, initial = cycle(SIZES), cycle((1.0, 0.5, 1.0, 3.0)), cycle((1.0, 1.0, 0.0))
    every_step = cycle((True, True, False))
    for activation in ACTIVATIONS:
        yield _problem(rng, activation, 1, (1, 1, 1, 1), Full(), last_only=True)
        for steps, truncation in TRUNCATIONS:
            yield _problem(
                rng,
                activation,
                steps,
                next(sizes),
                truncation,
                last_only=not next(every_step),
                scale=next(scales),
                h0=next(initial),
            )
    # A gradient that lives over 32 steps, and one that has vanished after 30, both in the initial state.
    yield _living(_problem(rng, "tanh", 32, (2, 2, 3, 1), Full(), last_only=True))
    yield _problem(rng, "identity", 30, (1, 1, 2, 1), Full(), last_only=True, scale=0.1)
    # Windows in long rows, whose carries are looked through for what has vanished.
    yield _problem(rng, "softsign", 20, (2, 1, 2, 1), Window(18), scale=0.7)
    # So many records and units that the sweeps do not fit one batch.
    yield _problem(rng, "softsign", 13, (96, 1, 32, 1), Window(2), scale=0.2, dtype="float32")
    # Chunks that travel as a batch, of which the last is shorter.
    yield _problem(rng, "softsign", 8, (2, 1, 2, 1), Chunked(3))


def _problem(
    rng: np.random.Generator,
    activation: str,
    steps: int,
    sizes: tuple[int, int, int, int],
    truncation: Truncation,
    *,
    last_only: bool = False,
    scale: float = 1.0,
    h0: float = 1.0,
    dtype: str = "float64",
) -> Problem:
    """A problem of normal numbers, of the sizes N, D, H, K."""
    N, D, H, K = sizes

    def normal(*shape: int, size: float = scale) -> Array:
        return np.asarray(size * rng.standard_normal(shape), dtype)

    params = {"U": normal(H, D), "W": normal(H, H), "b": normal(H), "V": normal(K, H), "c": normal(K)}
    targets = normal(N, K, size=1) if last_only else normal(N, steps, K, size=1)
    return Problem(
        activation, params, normal(N, steps, D, size=1), targets, normal(N, H, size=h0), truncation
    )


def _living(problem: Problem) -> Problem:
    """The same with an orthogonal W and small inputs, so that what flows back neither fades nor grows."""
    W, _ = np.linalg.qr(problem.params["W"])
    return problem.replaced(W=W, xs=problem.xs / 16, b=problem.params["b"] / 16)


def drawn() -> Iterator[Problem]:
    """The problems that the strategies draw."""
    for strategy, count in DRAWN.items():
        yield from _of(strategy(most_steps=12), count)


def _of(strategy: SearchStrategy[Problem], count: int) -> list[Problem]:
    found: list[Problem] = []
    each_drawn(strategy, 0, count, found.append)
    return found
