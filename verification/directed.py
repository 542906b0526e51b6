"""Directed problems: small, healthy and fixed, so that every run meets them before what it draws.

A run has to see certain things before its agreement is worth anything: the exercise contract, and for each
row of each property, under each kind of truncation, a truth that is not zero. What is drawn sees them with
most seeds. These see them with every seed, since they depend on none: a run that draws nothing at all is
exercised.
"""

from fractions import Fraction
from functools import lru_cache
from itertools import cycle

import numpy as np

from rnn import Chunked, Full, Tail, Truncation, Window
from rnn.arrays import Array
from verification.making import Fill, made
from verification.problem import Problem

# Each with T steps: within T and beyond it, even and ragged, and for Chunked with k2 = k1, above and below.
TRUNCATIONS: tuple[tuple[int, Truncation], ...] = (
    *((T, Full()) for T in (4, 1, 7, 5, 13, 1, 3)),
    *((5, Window(2)), (3, Window(3)), (4, Window(0)), (14, Window(1)), (6, Window(0)), (1, Window(2))),
    *((3, Window(0)), (4, Window(5)), (2, Window(1))),
    *((5, Chunked(2)), (7, Chunked(4, 2)), (8, Chunked(3, 5)), (3, Chunked(5)), (13, Chunked(1, 3))),
    *((3, Chunked(4, 2)), (5, Chunked(3, 1)), (5, Chunked(2, 4)), (4, Chunked(4)), (2, Chunked(9))),
    *((6, Tail(2)), (2, Tail(4)), (4, Tail(3)), (13, Tail(5)), (3, Tail(3)), (3, Tail(5)), (4, Tail(4))),
    *((2, Tail(2)), (3, Tail(9))),
)

ACTIVATIONS = ("tanh", "sigmoid", "relu", "softsign", "identity")

# N, D, H, K: none the same as its neighbour for long, and each of them 1 somewhere.
SIZES = ((3, 2, 3, 2), (2, 3, 2, 1), (1, 1, 3, 3), (2, 2, 1, 2), (3, 1, 2, 1), (2, 3, 3, 2), (1, 2, 2, 3))

# Ways back that are long enough, with the weights of ``DECAYED_W``, for parts to decay to nothing, and into
# what the type does not keep.
DECAYING = ((8, Full()), (9, Window(7)), (10, Tail(9)), (9, Chunked(9)))
DECAYED_W = 1e-6

# Each so many-th comes once more, with the xs of its first record in all of them.
REPEATED = 3

# Of the exact problems; of few steps, for their digits add up. Three of each kind reach the initial state.
EXACT: tuple[tuple[int, Truncation], ...] = (
    *((3, Full()), (3, Window(1)), (3, Chunked(2)), (3, Tail(2))),
    *((2, Full()), (3, Window(2)), (3, Chunked(2, 3)), (3, Tail(4))),
    *((4, Full()), (2, Window(1)), (4, Chunked(1, 4)), (4, Tail(4))),
    *((1, Full()), (3, Window(0)), (2, Chunked(3)), (2, Tail(2))),
)


@lru_cache(maxsize=1)
def ordinary() -> tuple[Problem, ...]:
    """In floating point: every activation under every kind of truncation, what decays, and what repeats."""
    rng = np.random.default_rng(0)
    activations, sizes, dtypes = cycle(ACTIVATIONS), cycle(SIZES), cycle(("float64", "float32", "float64"))
    every_step, initial = cycle((True, True, False)), cycle((1.0, 0.0, 1.0, 1.0))
    problems = []
    for steps, truncation in TRUNCATIONS:
        fill = _normal(rng, next(dtypes), {"W": 0.6, "h0": next(initial)})
        shape = (steps, *next(sizes))
        problems.append(made(fill, next(activations), shape, truncation, every_step=next(every_step)))
    for steps, truncation in DECAYING:
        fill = _normal(rng, "float32", {"W": DECAYED_W})
        problems.append(made(fill, "softsign", (steps, *next(sizes)), truncation))
    for problem in problems[: len(TRUNCATIONS) : REPEATED]:
        # As a view lays them out that repeats a record.
        same = np.repeat(problem.xs[:1], len(problem.xs), axis=0)
        problems.append(problem.replaced(xs=same))
    return tuple(problems)


@lru_cache(maxsize=1)
def exact() -> tuple[Problem, ...]:
    """In Fractions: every kind of truncation, and every activation that is rational."""
    return _small(_fractions(np.random.default_rng(1)), ("identity", "relu", "softsign", "relu"))


@lru_cache(maxsize=1)
def integers() -> tuple[Problem, ...]:
    """In integers that floating point holds: every kind of truncation, with relu and identity."""
    return _small(_integers(np.random.default_rng(3)), ("identity", "relu", "identity", "relu"))


def _small(fill: Fill, activations: tuple[str, ...]) -> tuple[Problem, ...]:
    """The problems of ``EXACT``, each four with another activation."""
    each = zip((a for a in activations for _ in range(4)), EXACT, cycle((True, True, False)), strict=False)
    return tuple(
        made(fill, activation, (steps, 2, 2, 2, 2), truncation, every_step=every_step)
        for activation, (steps, truncation), every_step in each
    )


def _normal(rng: np.random.Generator, dtype: str, scales: dict[str, float]) -> Fill:
    """Normal numbers, each array times its scale. A bias of 1 more keeps a relu alive."""

    def fill(name: str, shape: tuple[int, ...]) -> Array:
        shift = 1 if name == "b" else 0
        return np.asarray(scales.get(name, 1.0) * rng.standard_normal(shape) + shift, dtype)

    return fill


def _integers(rng: np.random.Generator) -> Fill:
    """Integers that are not 0; those of b are positive, which keeps a relu alive."""

    def fill(name: str, shape: tuple[int, ...]) -> Array:
        return rng.choice((1.0, 2.0) if name == "b" else (1.0, -1.0, 2.0), shape)

    return fill


def _fractions(rng: np.random.Generator) -> Fill:
    """Fractions that are not 0, made of the same integers."""
    whole = _integers(rng)

    def fill(name: str, shape: tuple[int, ...]) -> Array:
        parts = np.vectorize(lambda a, b: Fraction(int(a), int(b)), otypes=[object])
        return np.asarray(parts(whole(name, shape), rng.choice((1, 2, 3), shape)))

    return fill
