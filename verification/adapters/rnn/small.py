"""Small fixed problems: whole numbers that nothing rounds, and numbers that decay to nothing.

They are the same with every seed, so every run meets them.
"""

from dataclasses import replace

import numpy as np

from verification.adapters.rnn.larger import vanilla_case
from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.tolerance import unit
from verification.models.truncation import FULL, Standard, chunks, tail, window
from verification.truth import replay

# How many problems of whole numbers there are.
WHOLE = 64

# Every so many-th is long, with numbers of at most 1, which keeps it exact.
LONG = 9

# Ways back that are long enough, with such a W, for parts to decay to nothing, and into what the type does
# not keep.
DECAYING: tuple[tuple[int, Standard], ...] = (
    (8, FULL),
    (9, window(7)),
    (9, tail(9)),
    (9, chunks(9, 9)),
    (7, FULL),
    (8, window(9)),
    (9, chunks(4, 8)),
    (9, tail(8)),
)
DECAYED_W = 1e-6


def whole(n: int) -> Case:
    """The n-th problem of whole numbers; the numbers are drawn anew until nothing rounds."""
    for attempt in range(100):
        problem = _drawn(n, np.random.default_rng((n, attempt)))
        if fits_exactly(problem):
            return problem
    raise AssertionError(f"problem {n}: no numbers of 100 draws fit")


def _drawn(n: int, rng: np.random.Generator) -> Case:
    is_long = n % LONG == LONG - 1
    T = int(rng.integers(7, 40) if is_long else rng.integers(1, 7))
    N, D, H, K = (int(rng.integers(1, 3 if is_long else 4)) for _ in range(4))
    dtype = ("float64", "float32")[n // 4 % 2]

    def numbers(*shape: int) -> Array:
        return rng.integers(-1, 2, shape) if is_long else rng.integers(-2, 4, shape)

    arrays = {"U": numbers(H, D), "W": numbers(H, H), "b": numbers(H), "V": numbers(K, H), "c": numbers(K)}
    targets = numbers(N, T, K) if n % 3 else numbers(N, K)
    arrays |= {"xs": numbers(N, T, D), "targets": targets, "h0": numbers(N, H)}
    activation = ("identity", "relu")[n // 8 % 2]
    back, last, k1, k2 = (
        int(rng.integers(*ends)) for ends in ((0, T + 2), (0, T + 2), (1, T + 2), (0, T + 3))
    )
    truncation = (FULL, window(back), tail(last), chunks(k1, k2))[n % 4]
    return vanilla_case({name: array.astype(dtype) for name, array in arrays.items()}, activation, truncation)


def fits_exactly(case: Case) -> bool:
    """Is every number that occurs in forward and backward an integer, or half of one, held without rounding?

    Every sum is bounded by the sum of its terms' absolute values, and those are the numbers of one more
    problem: all arrays positive, the targets negative so that residuals add up, identity for relu, and no
    truncation. A number in it that no result holds is multiplied by 0 wherever it is used. Its
    own rounding can hide nothing: an integer that exceeds the range is rounded to one that does.
    """
    absolute = replace(
        case,
        blocks={name: np.abs(array) for name, array in case.blocks.items()},
        objective=case.objective.replaced(lambda targets: -np.abs(targets)),
        functions={"activation": "identity"},
        truncation=FULL,
    )
    with np.errstate(over="ignore", invalid="ignore"):
        forward, gradient = replay.forward(absolute), replay.gradient(absolute, case.dtype)
    # The loss is half a sum, so the sum is twice the loss.
    largest = max(np.max(part) for part in (*gradient.values(), forward["outputs"], 2 * forward["value"]))
    return bool(largest < 1 / unit(case.dtype))


def decaying(n: int) -> Case:
    """The n-th problem in single precision whose W is next to nothing."""
    (T, truncation), rng = DECAYING[n], np.random.default_rng(n)
    N, D, H, K = (2, 3, 2, 1) if n % 2 else (3, 2, 3, 2)
    activation = ("softsign", "tanh", "identity")[n % 3]

    def normal(*shape: int, scale: float = 1.0) -> Array:
        return np.asarray(scale * rng.standard_normal(shape), "float32")

    arrays = {
        "U": normal(H, D),
        "W": normal(H, H, scale=DECAYED_W),
        "b": normal(H),
        "V": normal(K, H),
        "c": normal(K),
    }
    targets = normal(N, T, K) if n % 2 else normal(N, K)
    arrays |= {"xs": normal(N, T, D), "targets": targets, "h0": normal(N, H)}
    return vanilla_case(arrays, activation, truncation)
