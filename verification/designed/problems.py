"""A problem of a row of the designed sample, in healthy numbers."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from rnn import Chunked, Full, Tail, Truncation, Window
from rnn.arrays import Array
from verification.asked.covering import Row
from verification.designed.factors import MOST_WORK, rows, work
from verification.layouts import LAYOUTS
from verification.making import made
from verification.problem import Problem

# Of the weights where they are tiny, and of a number that is large in a weight or a bias, xs, h0.
TINY, LARGE, LARGE_X, LARGE_H0 = 1e-4, 45.0, 9.0, 6.0

SATURATING = ("tanh", "sigmoid", "softsign")

# The spectral norm of other weights.
STEADY = 0.95


@lru_cache(maxsize=1)
def designed() -> tuple[Problem, ...]:
    """The problem of every row, each with the expression that makes it."""
    return tuple(number(n) for n in range(len(rows())))


def number(n: int) -> Problem:
    """The problem of the n-th row."""
    row, rng = rows()[n], np.random.default_rng(n)
    policy, activation = row["way"]
    T, N, D, H, K = (int(rng.choice(row[name])) for name in "TNDHK")
    if work(policy, T, N, D, H, K) > MOST_WORK:
        T, N, D, H, K = (row[name][0] for name in "TNDHK")
    dtype = "float32" if row["dtype"] == "float32" else "float64"

    def fill(name: str, shape: tuple[int, ...]) -> Array:
        # What has many columns is added up over them.
        scale = 0.7 / np.sqrt(shape[-1]) if name in ("U", "W", "V") else 1.0
        return np.asarray(scale * rng.standard_normal(shape), dtype)

    problem = made(
        fill, activation, (T, N, D, H, K), truncation(policy, T, rng), every_step=row["losses"] == "every"
    )
    arrays = problem.arrays()
    for change in (_weights, _others):
        change(row, activation, arrays)
    if row["h0"] == "zero":
        arrays["h0"][...] = 0
    if "broadcast" in row["layout"]:
        arrays["xs"][...] = arrays["xs"][:1]
    arrays = {name: array.astype(row["dtype"]) for name, array in arrays.items()}
    return replace(
        problem.replaced(**_laid_out(row["layout"], arrays)),
        checkpoints=_checkpoints(row["checkpoints"], T),
        workspace=row["workspace"],
        source=f"verification.designed.problems.number({n})",
    )


def truncation(policy: str, T: int, rng: np.random.Generator) -> Truncation:
    """A policy of the kind, for T steps; of windows the ones that cost little: short or nearly whole."""
    beyond = T + int(rng.choice((0, 1, 5, 1000)))
    within = int(rng.choice((1, min(3, T - 1), T - 1))) if T > 1 else 0
    # Of T − 1 steps, two of T are ragged.
    ragged = next((k for k in (int(rng.choice((2, 3, 5, 7))), 2, 3) if k < T and T % k), max(1, T - 1))
    match policy:
        case "Full":
            return Full()
        case "Window(0)":
            return Window(0)
        case "Window, k < T":
            return Window(within)
        case "Window, k ≥ T":
            return Window(beyond)
        case "Tail, k < T":
            return Tail(within)
        case "Tail, k ≥ T":
            return Tail(beyond)
        case "Chunked, whole":
            return Chunked(next(k for k in (int(rng.choice((4, 3, 5))), 3, 2, T) if T % k == 0))
        case "Chunked, ragged":
            return Chunked(ragged)
        case "Chunked, k2 > k1":
            k1 = int(rng.choice((1, 2, 3, 4)))
            return Chunked(k1, int(rng.choice((k1 + 1, 2 * k1, 4 * k1, T + 3 + k1))))
        case _:
            return Chunked(max(2, ragged), int(rng.integers(1, max(2, ragged))))


def _weights(row: Row, activation: str, arrays: dict[str, Array]) -> None:
    """W as the row has it: nothing grows by it, and the state that a weight of 45 reads is small."""
    W, H = arrays["W"], len(arrays["W"])
    W *= STEADY / np.linalg.norm(W, 2)
    if row["W"] == "tiny":
        W *= TINY / np.max(np.abs(W))
    elif row["W"] == "one of 45":
        for name in ("U", "W", "b"):
            arrays[name][0] *= 0.01
        arrays["h0"][:, 0] *= 0.01
        if activation == "sigmoid":
            arrays["b"][0] = -5
        W[H - 1, 0] = LARGE


def _others(row: Row, activation: str, arrays: dict[str, Array]) -> None:
    """One number of xs, h0 or b as the row has it; what is large is met by what is small, or its negative."""
    if activation == "relu":
        arrays["b"][...] = np.abs(arrays["b"]) + 0.5
    unit = len(arrays["W"]) - 1
    if row["other"] == "an x of 9":
        arrays["xs"][0, 0, 0] = LARGE_X
        arrays["U"][:, 0] *= 0.1
    elif row["other"] == "an h0 of 6":
        arrays["h0"][0, unit] = LARGE_H0
        arrays["W"][:, unit] *= 0.1
    elif row["other"] == "a b of 45":
        arrays["b"][unit] = LARGE
        if activation in SATURATING:
            arrays["xs"][:, :, 0] = 1 + arrays["xs"][:, :, 0] / 64
            arrays["U"][unit, 0] = -LARGE
        else:
            arrays["W"][:, unit] *= 0.1


def _checkpoints(level: str, T: int) -> int | None:
    """Every so many steps."""
    levels = {"none": None, "1": 1, "half of T": max(1, T // 2), "T - 1": max(1, T - 1), "beyond T": T + 3}
    return levels[level]


def _laid_out(layout: tuple[str, str], arrays: dict[str, Array]) -> dict[str, Array]:
    every, of_xs = ((LAYOUTS | {"as made": np.copy})[how] for how in layout)
    return {name: of_xs(array) if name == "xs" else every(array) for name, array in arrays.items()}
