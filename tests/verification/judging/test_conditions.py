"""Problems on which an engine is wrong by a condition alone: each is met, and refutes it.

Each of these was verified when all that was drawn was small and tame.
"""

from fractions import Fraction

import numpy as np
import pytest

from tests.vanilla import blocks_of, changed
from verification.adapters.problem import problem_of
from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.judging.profile import QUICK
from verification.judging.sampled import truth_of_row
from verification.models import vanilla
from verification.properties.calling import afresh
from verification.properties.findings import findings
from verification.sampling.products import of_products, rows_of_products
from verification.sampling.sample import in_floats


def under(name, check):
    """A condition on the numbers of a truncation of that kind, and on T."""

    def holds(problem):
        truncation = problem.truncation
        return truncation.kind == name and check(*truncation.numbers, problem.steps)

    return holds


def arrays(problem):
    """All that have an order in memory."""
    return [*problem.params.values(), problem.xs, *problem.state]


def fortran(array):
    """In Fortran order and no other."""
    return array.flags.f_contiguous and not array.flags.c_contiguous


def repeated(array):
    """Does an axis of several numbers take no step in memory?"""
    return any(step == 0 and size > 1 for step, size in zip(array.strides, array.shape, strict=True))


CONDITIONS = {
    "K > 4": lambda p: len(p.params["c"]) > 4,
    "D > 8": lambda p: p.xs.shape[2] > 8,
    "T > 100": lambda p: p.steps > 100,
    "T > 500": lambda p: p.steps > 500,
    "T > 500 with N > 100": lambda p: p.steps > 500 and len(p.xs) > 100,
    "T > 500 with H > 100": lambda p: p.steps > 500 and len(p.params["b"]) > 100,
    "N > 2 with T > 12": lambda p: len(p.xs) > 2 and p.steps > 12,
    "all |w| < 1e-3": lambda p: 0 < np.abs(p.params["W"]).max() < 1e-3,
    "some |w| > 40": lambda p: np.abs(p.params["W"]).max() > 40,
    "a dense W with H > 4": lambda p: len(p.params["b"]) > 4 and bool(p.params["W"].all()),
    "some |h0| > 5": lambda p: np.abs(p.state[0]).max() > 5,
    "xs alone in Fortran order": lambda p: fortran(p.xs) and sum(map(fortran, arrays(p))) == 1,
    "a negative stride": lambda p: min(p.xs.strides) < 0,
    "xs alone with a negative stride": lambda p: (
        min(p.xs.strides) < 0 and all(min(a.strides) >= 0 for a in arrays(p) if a is not p.xs)
    ),
    "a zero stride": lambda p: repeated(p.xs),
    "some |x| > 6": lambda p: np.abs(p.xs).max() > 6,
    "some |b| > 40": lambda p: np.abs(p.params["b"]).max() > 40,
    "Window(k), k > T + 2": under("Window", lambda k, steps: k > steps + 2),
    "Tail(k), k > T + 2": under("Tail", lambda k, steps: k > steps + 2),
    "Window not truncated for k ≥ 12": under("Window", lambda k, steps: 12 <= k < steps),
    "Chunked with T > 12": under("Chunked", lambda k1, k2, steps: steps > 12 and k1 < steps),
    "k2 > 3 k1": under("Chunked", lambda k1, k2, steps: k2 > 3 * k1 and k1 < steps),
    "k2 < k1, ragged, T > 6": under(
        "Chunked", lambda k1, k2, steps: k2 < k1 < steps and steps % k1 and steps > 6
    ),
    **{
        f"{name} with {truncation} at T > 12": lambda p, name=name, truncation=truncation: (
            (p.activation, p.truncation.kind) == (name, truncation) and p.steps > 12
        )
        for name, truncation in (("softsign", "Chunked"), ("relu", "Tail"), ("sigmoid", "Window"))
    },
    "checkpoints of half the steps": lambda p: (
        p.checkpoints is not None and p.checkpoints not in (1, 2, p.steps - 1, p.steps)
    ),
    "a checkpoint at every step": lambda p: p.checkpoints == 1 and p.steps > 4,
    "checkpoints beyond the steps": lambda p: p.checkpoints is not None and p.checkpoints >= p.steps > 4,
    "long double": lambda p: p.dtype == np.longdouble,
}


class Wrong:
    """``rnn``, whose gradients are a hundredth off where a condition holds."""

    def __init__(self, condition):
        self.condition = condition

    def __call__(self, problem):
        right = manual(problem)
        if not self.condition(problem):
            return right
        off = Fraction(101, 100) if problem.dtype == object else 1.01
        return changed(right, **{name: array * off for name, array in blocks_of(right).items()})


def refuted(engine, truth):
    """Does one of the properties that are checked on any case say so?"""
    return any(each.wrong for each in findings(engine, truth, ("forward", "autograd")))


@pytest.mark.slow
def test_what_is_wrong_under_a_condition_alone_is_refuted():
    """Each by a row of the quick profile's sample, or of sizes that meet, which every seed meets."""
    claim, left = as_rnn(manual).claim, dict(CONDITIONS)
    floats, products = in_floats(vanilla, claim), of_products(vanilla, claim)
    meeting = rows_of_products(vanilla, claim)
    rows = [(floats, *each) for each in enumerate(floats.rows(QUICK.strength))]
    for design, number, row in [*rows, *((products, *each) for each in enumerate(meeting))]:
        case = design.make(row, np.random.default_rng((number, 0)))
        problem = problem_of(afresh(case))
        if holding := [name for name, holds in left.items() if holds(problem)]:
            truth = truth_of_row(design, row, number, claim.blocks)
            for name in holding:
                if refuted(as_rnn(Wrong(CONDITIONS[name])), truth):
                    del left[name]
    assert not left, "verified"
