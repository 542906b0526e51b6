"""The designed sample as a property: forward and gradient of problems of any size, within a bound.

The lag table costs T² networks. The truth of these problems is that of ``verification.truth.replayed``, which
takes the vanilla cell as one model among others.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from rnn.arrays import Array
from verification.asked.case import Case, Targets
from verification.comparison import compare
from verification.designed.problems import designed
from verification.models import vanilla
from verification.problem import BLOCKS, Problem
from verification.properties import Finding, Property
from verification.reference.truncation import mask
from verification.tolerance import Expected, least_normal, many, unit
from verification.trial import Trial
from verification.truth.replayed import Replayed, replayed

# Truths that wait for the next engine: those of the whole sample.
DECK = 512

LONG, DOUBLE = np.dtype(np.longdouble), np.dtype(np.float64)


def as_case(problem: Problem) -> Case:
    """The problem as a case of the vanilla model."""
    blocks = problem.arrays()
    targets = blocks.pop("targets")
    reach = mask(*problem.policy, problem.steps)
    first = [int(np.argmax(reach[t])) if reach[t].any() else t + 1 for t in range(problem.steps)]
    return Case(
        vanilla,
        blocks,
        Targets(targets if targets.ndim == 3 else targets[:, None], problem.first_loss),
        {"activation": problem.activation},
        tuple(first),
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
    return {**_forward(problem, truth), **truth.expected()} if truth.determined else {}


def _forward(problem: Problem, truth: Replayed) -> dict[str, Expected]:
    """Outputs and loss, read out of the states in every draw."""
    states = truth.outputs
    V, c, targets = (a.astype(states.dtype) for a in (*_readout(problem), problem.targets))
    outputs = states @ V.T + c
    seen = outputs if targets.ndim == 3 else outputs[:, :, -1]
    residuals = seen - targets
    values = np.sum(residuals * residuals, axis=tuple(range(1, residuals.ndim))) / 2
    terms = many(np.abs(states[0]) @ np.abs(V).T + np.abs(c), len(V.T)) + least_normal(problem.dtype)
    roundings = (terms if targets.ndim == 3 else terms[:, -1]) + np.abs(targets)
    rounded = np.sum(residuals[0] ** 2 / 2 + np.abs(residuals[0]) * roundings)
    return {
        "outputs": _judged(problem, outputs, terms),
        "value": _judged(problem, values, many(rounded, residuals[0].size)),
    }


def _readout(problem: Problem) -> tuple[Array, Array]:
    return problem.params["V"], problem.params["c"]


def _judged(problem: Problem, draws: Array, terms: Array) -> Expected:
    spread = float(np.max(np.abs(draws[1:] - draws[0])))
    return Expected(np.asarray(draws[0]), spread, float(np.max(terms)), problem.dtype)


def agrees(trial: Trial) -> Iterator[Finding]:
    """On a designed sample, sizes up to 129, numbers up to 45, forward and blocks agree with replays."""
    truth = expected(trial.problem)
    for part, each in truth.items():
        got = trial.answer.named()[part]
        row = f"designed {part if part in BLOCKS else 'forward'}"
        yield Finding(row, compare(part, got, each.truth, each.bound), each.size > 0, each.determined)


ROWS = tuple(f"designed {part}" for part in ("forward", *BLOCKS))
DESIGNED = Property("designed", ROWS, (agrees.__doc__ or "").strip(), agrees, problems=None, fixed=designed)
