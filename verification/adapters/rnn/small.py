"""Small fixed problems: whole numbers that nothing rounds, and numbers that decay to nothing.

They are the same with every seed, so every run meets them.
"""

import numpy as np

from rnn import Chunked, Full, Tail, Truncation, Window
from rnn.common.arrays import Array
from verification.adapters.rnn.problem import Problem
from verification.adapters.rnn.vanilla_form import case_of
from verification.models.tolerance import unit
from verification.truth import replay

# How many problems of whole numbers there are.
WHOLE = 64

# Every so many-th is long, with numbers of at most 1, which keeps it exact.
LONG = 9

# Ways back that are long enough, with such a W, for parts to decay to nothing, and into what the type does
# not keep.
DECAYING: tuple[tuple[int, Truncation], ...] = (
    *((8, Full()), (9, Window(7)), (9, Tail(9)), (9, Chunked(9))),
    *((7, Full()), (8, Window(9)), (9, Chunked(4, 8)), (9, Tail(8))),
)
DECAYED_W = 1e-6


def whole(n: int) -> Problem:
    """The n-th problem of whole numbers; the numbers are drawn anew until nothing rounds."""
    for attempt in range(100):
        problem = _drawn(n, np.random.default_rng((n, attempt)))
        if fits_exactly(problem):
            return problem
    raise AssertionError(f"problem {n}: no numbers of 100 draws fit")


def _drawn(n: int, rng: np.random.Generator) -> Problem:
    is_long = n % LONG == LONG - 1
    T = int(rng.integers(7, 40) if is_long else rng.integers(1, 7))
    N, D, H, K = (int(rng.integers(1, 3 if is_long else 4)) for _ in range(4))
    dtype = ("float64", "float32")[n // 4 % 2]

    def numbers(*shape: int) -> Array:
        return rng.integers(-1, 2, shape) if is_long else rng.integers(-2, 4, shape)

    arrays = {"U": numbers(H, D), "W": numbers(H, H), "b": numbers(H), "V": numbers(K, H), "c": numbers(K)}
    every_step = bool(n % 3)
    targets = numbers(N, T, K) if every_step else numbers(N, K)
    xs, h0 = numbers(N, T, D), numbers(N, H)
    activation = ("identity", "relu")[n // 8 % 2]
    truncation = (Full(), Window(int(rng.integers(T + 2))), Tail(int(rng.integers(T + 2))), _chunked(T, rng))[
        n % 4
    ]
    params = {name: array.astype(dtype) for name, array in arrays.items()}
    return Problem(activation, params, xs.astype(dtype), targets.astype(dtype), h0.astype(dtype), truncation)


def _chunked(T: int, rng: np.random.Generator) -> Truncation:
    return Chunked(int(rng.integers(1, T + 2)), int(rng.integers(T + 3)))


def fits_exactly(problem: Problem) -> bool:
    """Is every number that occurs in forward and backward an integer, or half of one, held without rounding?

    Every sum is bounded by the sum of its terms' absolute values, and those are the numbers of one more
    problem: all arrays positive, the targets negative so that residuals add up, identity for relu, and no
    truncation. A number in it that no result holds is multiplied by 0 wherever it is used. Its
    own rounding can hide nothing: an integer that exceeds the range is rounded to one that does.
    """
    absolute = {name: np.abs(array) for name, array in problem.arrays().items()}
    absolute["targets"] = -absolute["targets"]
    case = case_of(problem.replaced(activation="identity", truncation=Full(), **absolute))
    with np.errstate(over="ignore", invalid="ignore"):
        forward, gradient = replay.forward(case), replay.gradient(case, case.dtype)
    # The loss is half a sum, so the sum is twice the loss.
    largest = max(np.max(part) for part in (*gradient.values(), forward["outputs"], 2 * forward["value"]))
    return bool(largest < 1 / unit(problem.dtype))


def decaying(n: int) -> Problem:
    """The n-th problem in single precision whose W is next to nothing."""
    (T, truncation), rng = DECAYING[n], np.random.default_rng(n)
    N, D, H, K = (2, 3, 2, 1) if n % 2 else (3, 2, 3, 2)
    activation = ("softsign", "tanh", "identity")[n % 3]

    def normal(*shape: int, scale: float = 1.0) -> Array:
        return np.asarray(scale * rng.standard_normal(shape), "float32")

    params = {
        "U": normal(H, D),
        "W": normal(H, H, scale=DECAYED_W),
        "b": normal(H),
        "V": normal(K, H),
        "c": normal(K),
    }
    targets = normal(N, T, K) if n % 2 else normal(N, K)
    return Problem(activation, params, normal(N, T, D), targets, normal(N, H), truncation)
