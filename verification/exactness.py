"""Properties without a tolerance, and one whose truth no AD library computed.

exact         in Fractions the engine's gradient equals that of dual numbers, along a random direction
integers      on small integers floating point is exact, and there the engine and autograd are equal
complex step  the engine meets the complex step, within the case's bound

The first two need problems of their own. A property yields nothing for a problem that it is not about.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from hypothesis.strategies import SearchStrategy

from rnn import Full
from rnn.arrays import FRACTIONS, Array
from verification import directed
from verification.comparison import Disagreement, compare, unequal
from verification.oracles import autograd, complex_step, exact
from verification.problem import BLOCKS, Gradients, Problem
from verification.properties import Finding, Property
from verification.strategies import exact_problems, integer_problems, problems
from verification.tolerance import WIDER, unit
from verification.trial import Trial

# Truths that wait for the next engine, or the next property: a deck of problems.
DECK = 1024


def agrees_exactly(trial: Trial) -> Iterator[Finding]:
    """Each block equals, in Fractions, that of dual numbers; so with checkpoints, and in a workspace."""
    problem = trial.problem
    if problem.dtype != FRACTIONS or problem.activation not in exact.RATIONAL:
        return
    table, want = _exact(problem)
    answer = trial.answer
    for part, value in (("outputs", table.outputs), ("value", np.array(table.value))):
        got = answer.named()[part]
        yield Finding("exact forward", unequal(part, got, value), _any(value))
    for name, got in answer.blocks().items():
        yield Finding(f"exact {name}", _untrue(problem, name, got), _any(want[name]))
    for asked in (replace(problem, checkpoints=2), replace(problem, workspace=True)):
        for name, part in trial.ask(asked).named().items():
            yield Finding("exact recomputation", unequal(name, part, answer.named()[name]), _any(part))


def _untrue(problem: Problem, name: str, got: Array) -> Disagreement | None:
    """The first wrong entry of a block; looked for only in one that is wrong along the direction."""
    table, want = _exact(problem)
    along = exact.along({name: table.directions[name]}, {name: got})[name]
    return None if np.all(along == want[name]) else unequal(name, got, _block(problem, name))


@lru_cache(DECK)
def _exact(problem: Problem) -> tuple[exact.LagTable, dict[str, Array]]:
    table = exact.lag_table(problem, exact.random_directions(problem))
    return table, table.derivatives(*problem.policy)


@lru_cache(DECK * len(BLOCKS))
def _block(problem: Problem, name: str) -> Array:
    return exact.block(problem, name)


def _any(part: Any) -> bool:
    return bool(np.any(np.asarray(part) != 0))


def agrees_on_integers(trial: Trial) -> Iterator[Finding]:
    """Each block equals autograd's, on integers so small that both compute without rounding."""
    if fits_exactly(trial.problem):
        want = _integers(trial.problem).named()
        for part, got in trial.answer.named().items():
            row = f"integers {part if part in BLOCKS else 'forward'}"
            yield Finding(row, unequal(part, got, want[part]), _any(want[part]))


@lru_cache(DECK)
def _integers(problem: Problem) -> Gradients:
    return autograd.gradients(problem)


@lru_cache(DECK)
def fits_exactly(problem: Problem) -> bool:
    """Is every number that occurs in forward and backward an integer, or half of one, held without rounding?

    Every sum is bounded by the sum of its terms' absolute values, and those are the numbers of one more
    problem: all arrays positive, the targets negative so that residuals add up, identity for relu, and no
    truncation. A number in it that no result holds is multiplied by 0 wherever it is used. Its
    own rounding can hide nothing: an integer that exceeds the range is rounded to one that does.
    """
    if problem.activation not in ("relu", "identity") or problem.dtype == FRACTIONS:
        return False
    if not all(np.all(array == np.round(array)) for array in problem.arrays().values()):
        return False
    absolute = {name: np.abs(array) for name, array in problem.arrays().items()}
    absolute["targets"] = -absolute["targets"]
    with np.errstate(over="ignore", invalid="ignore"):
        most = autograd.gradients(problem.replaced(activation="identity", truncation=Full(), **absolute))
    # The loss is half a sum, so the sum is twice the loss.
    largest = max(np.max(part) for part in (*most.blocks().values(), most.outputs, 2 * most.value))
    return bool(largest < 1 / unit(problem.dtype))


def agrees_with_complex_step(trial: Trial) -> Iterator[Finding]:
    """Each block agrees with the imaginary part of the reference at θ + iε."""
    problem = trial.problem
    if problem.activation in complex_step.HOLOMORPHIC and problem.dtype in WIDER and trial.truth.determined:
        truths = _complex_step(problem)
        for name, truth in truths.blocks().items():
            expected = trial.truth.blocks[name]
            wrong = compare(name, trial.answer.blocks()[name], truth, expected.bound)
            yield Finding(f"complex step {name}", wrong, expected.size > 0, expected.determined)


@lru_cache(DECK)
def _complex_step(problem: Problem) -> Gradients:
    return complex_step.gradients(problem, WIDER[problem.dtype])


def _property(
    name: str,
    check: Callable[[Trial], Iterator[Finding]],
    draw: Callable[..., SearchStrategy[Problem]],
    fixed: Callable[[], tuple[Problem, ...]],
    *others: str,
) -> Property:
    rows = tuple(f"{name} {part}" for part in (*others, *BLOCKS))
    return Property(name, rows, (check.__doc__ or "").strip(), check, draw, fixed)


EXACT = _property("exact", agrees_exactly, exact_problems, directed.exact, "forward", "recomputation")
INTEGERS = _property("integers", agrees_on_integers, integer_problems, directed.integers, "forward")
COMPLEX_STEP = _property("complex step", agrees_with_complex_step, problems, directed.ordinary)

EXACTNESS = (EXACT, INTEGERS, COMPLEX_STEP)
