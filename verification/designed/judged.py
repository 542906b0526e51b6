"""The designed sample as a property: forward and gradient of problems of any size, within a bound.

The lag table costs T² networks. The truth of these problems is that of ``verification.truth.replayed``, which
takes the vanilla cell as one model among others.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from verification.asked.case import Case, Targets
from verification.asked.policies import Firsts, Policy
from verification.comparison import compare
from verification.designed.problems import designed
from verification.models import vanilla
from verification.problem import BLOCKS, Problem
from verification.properties import Finding, Property
from verification.tolerance import Expected, least_normal, unit
from verification.trial import Trial
from verification.truth.replayed import replayed

# Truths that wait for the next engine: those of the whole sample.
DECK = 512

LONG, DOUBLE = np.dtype(np.longdouble), np.dtype(np.float64)


def as_case(problem: Problem) -> Case:
    """The problem as a case of the vanilla model."""
    blocks = problem.arrays()
    targets = blocks.pop("targets")
    kind, numbers = problem.policy
    last = problem.targets.ndim == 2
    return Case(
        vanilla,
        blocks,
        Targets(targets[:, None] if last else targets, last),
        {"activation": problem.activation},
        Firsts(numbers) if kind == "own" else Policy(kind, numbers),
    )


@lru_cache(DECK)
def expected(problem: Problem) -> dict[str, Expected]:
    """The truth of every part of the answer, and its bound; nothing where the problem determines none.

    No type is wider than long double. Its problems hold numbers of float64, and their truth is that of
    float64, which is computed in long double, too. So the bound is float64's in proportion to the units, once
    for the engine, and once for the truth. What float64 does not hold is not judged.
    """
    if problem.dtype == LONG:
        double = problem.replaced(**{name: a.astype(DOUBLE) for name, a in problem.arrays().items()})
        share = 2 * unit(LONG) / unit(DOUBLE)
        return {
            name: replace(
                each,
                spread=share * each.spread,
                terms=share * each.terms,
                lost=each.lost + least_normal(DOUBLE),
            )
            for name, each in expected(double).items()
        }
    truth = replayed(as_case(problem))
    return {**truth.forward(), **truth.expected()} if truth.determined else {}


def agrees(trial: Trial) -> Iterator[Finding]:
    """On a designed sample, sizes up to 129, numbers up to 45, forward and blocks agree with replays."""
    truth = expected(trial.problem)
    for part, each in truth.items():
        got = trial.answer.named()[part]
        row = f"designed {part if part in BLOCKS else 'forward'}"
        yield Finding(row, compare(part, got, each.truth, each.bound), each.size > 0, each.determined)


ROWS = tuple(f"designed {part}" for part in ("forward", *BLOCKS))
DESIGNED = Property("designed", ROWS, (agrees.__doc__ or "").strip(), agrees, problems=None, fixed=designed)
