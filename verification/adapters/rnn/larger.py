"""Larger fixed problems, for special paths of an engine in long, wide, or many sequences.

Drawn problems are small, so that an example can be checked by hand. A fast engine treats large ones
differently: sweeps in groups, large states one after another, products in parts, segments between
checkpoints. Each problem here is named after its purpose, and together they take every such path of ``rnn``,
on both sides of each threshold.

All numbers are small integers, or one such times a power of two, and relu and identity keep them so. Nothing
rounds, neither in an engine nor in autograd, so the two gradients have to be *equal*, whatever the order of
their sums.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from verification.models import vanilla
from verification.models.arrays import Array
from verification.models.case import Case, Targets
from verification.models.truncation import FULL, Tabled, TruncationRule, chunks, tail, window


def vanilla_case(
    arrays: Mapping[str, Array], activation: str, truncation: TruncationRule = FULL, **options: Any
) -> Case:
    """A case by its arrays; targets (N, K) are of a loss on the last step, (N, T, K) of one on every step."""
    blocks = dict(arrays)
    targets = blocks.pop("targets")
    last = targets.ndim == 2
    objective = Targets(targets[:, None] if last else targets, last)
    return Case(vanilla, blocks, objective, {"activation": activation}, truncation, **options)


def whole_numbers(
    N: int,
    T: int,
    D: int,
    H: int,
    K: int,
    truncation: TruncationRule,
    *,
    losses: str = "every",
    activation: str = "identity",
    dtype: str = "float64",
    checkpoints: int | None = None,
    workspace: bool = False,
    reads: int = 1,
) -> Case:
    """A problem of small integers, always the same for the same arguments.

    Every row of U, W and V has one or two entries that are not zero, so that no sum outgrows the type; the
    columns are drawn, so that no row stands for another. ``losses``: every or last. ``reads``: how many
    units each unit reads.
    """
    rng = np.random.default_rng(0)

    def sparse(rows: int, columns: int, count: int) -> Array:
        matrix = np.zeros((rows, columns))
        for row, start in enumerate(rng.permutation(max(rows, columns))[:rows] % columns):
            matrix[row, (start + np.arange(count)) % columns] = rng.choice((1, -1), min(count, columns))
        return matrix

    def whole(*shape: int, most: int = 1) -> Array:
        return rng.integers(-most, most + 1, shape).astype(float)

    arrays = {
        "U": sparse(H, D, 2),
        "W": sparse(H, H, reads),
        "b": whole(H),
        "V": sparse(K, H, 2),
        "c": whole(K),
    }
    targets = whole(N, T, K, most=2)
    arrays |= {"xs": whole(N, T, D, most=2), "targets": targets if losses == "every" else targets[:, -1]}
    arrays = {name: array.astype(dtype) for name, array in {**arrays, "h0": whole(N, H)}.items()}
    return vanilla_case(arrays, activation, truncation, checkpoints=checkpoints, workspace=workspace)


def delay_line(steps: int, factor: float, dtype: str) -> Case:
    """A unit for every state, each of which reads the one before it, times ``factor``, a power of two.

    What flows back is smaller by the factor at each step, and has left the unit where it was a step before.
    So no sum has more than two terms, nothing rounds, and a part that is lost early is seen, however small.
    """
    rng = np.random.default_rng(0)
    units = steps + 1
    first, last = np.eye(units)[:, :1], np.eye(units)[-1:] + np.eye(units)[-2:-1]
    arrays = {
        "U": first,
        "W": factor * np.eye(units, k=-1),
        "b": np.zeros(units),
        "V": last,
        "c": np.zeros(1),
        "xs": rng.choice((1.0, 2.0, 3.0), (2, steps, 1)),
        "targets": np.array([[5.0], [7.0]]),
        "h0": np.zeros((2, units)),
    }
    return vanilla_case({name: array.astype(dtype) for name, array in arrays.items()}, "identity")


# In rnn sweeps travel together while their states, of N x H numbers, fit 128 KiB; those that share no step do
# so where at least 16 of them fit. Products are made in parts from 1 million multiplications to 2.5 million.
LARGER: dict[str, Callable[[], Case]] = {
    "sweeps in several groups": lambda: whole_numbers(16, 40, 3, 128, 2, window(3)),
    "sweeps of a large state, one a group": lambda: whole_numbers(
        128, 9, 2, 128, 3, window(2), activation="relu"
    ),
    "sweeps in several groups, in a workspace": lambda: whole_numbers(
        32, 14, 2, 128, 3, window(2), dtype="float32", workspace=True
    ),
    "earlier steps than the chunk's, in several groups": lambda: whole_numbers(
        32, 45, 2, 64, 2, chunks(2, 9)
    ),
    "chunks of a large state, one after another": lambda: whole_numbers(32, 23, 2, 128, 3, chunks(5, 5)),
    "chunks of a large state, in a workspace": lambda: whole_numbers(
        33, 22, 5, 127, 2, chunks(4, 4), activation="relu", workspace=True
    ),
    "chunks in several groups, the last shorter": lambda: whole_numbers(8, 512, 1, 64, 2, chunks(3, 3)),
    "ends of chunks in several groups": lambda: whole_numbers(16, 137, 2, 64, 1, chunks(4, 2)),
    "products in two parts": lambda: whole_numbers(100, 4, 4, 128, 3, FULL, reads=2),
    "products in parts, and what is left over": lambda: whole_numbers(64, 3, 128, 128, 2, FULL, reads=2),
    "products in whole parts": lambda: whole_numbers(112, 5, 4, 128, 2, tail(3), activation="relu"),
    "products too large for parts": lambda: whole_numbers(
        128, 3, 128, 128, 2, FULL, reads=2, activation="relu"
    ),
    "a W without zeros": lambda: whole_numbers(128, 3, 128, 128, 1, FULL, reads=128),
    "128 outputs": lambda: whole_numbers(65, 5, 3, 17, 128, window(2)),
    "512 steps": lambda: whole_numbers(2, 512, 2, 4, 1, FULL, losses="last"),
    "windows along 512 steps": lambda: whole_numbers(
        2, 512, 1, 4, 1, window(5), activation="relu", workspace=True
    ),
    "a tail of 512 steps": lambda: whole_numbers(1, 512, 2, 5, 2, tail(129)),
    "segments of five steps": lambda: whole_numbers(3, 23, 2, 9, 2, FULL, checkpoints=5),
    "segments of seven steps, a loss on the last": lambda: whole_numbers(
        2, 31, 2, 8, 1, FULL, losses="last", checkpoints=7
    ),
    "segments of the engine's own length": lambda: whole_numbers(2, 100, 2, 6, 2, FULL, checkpoints=0),
    "segments, and sweeps that overlap": lambda: whole_numbers(2, 40, 2, 6, 2, window(6), checkpoints=8),
    "segments, and chunks across their borders": lambda: whole_numbers(
        3, 41, 2, 6, 2, chunks(7, 7), checkpoints=5
    ),
    "segments, and large chunks": lambda: whole_numbers(32, 22, 2, 128, 2, chunks(6, 6), checkpoints=9),
    "segments, and a tail": lambda: whole_numbers(3, 37, 2, 6, 2, tail(17), checkpoints=6),
    "a delay line": lambda: delay_line(64, 2.0**-13, "float64"),
    "a delay line in float32": lambda: delay_line(16, 2.0**-6, "float32"),
    "a delay line in long double": lambda: delay_line(64, 2.0**-13, "longdouble"),
}

# Losses that reach back in an order that none of the four truncations has; an engine with its own.
OWN: dict[str, Callable[[], Case]] = {
    "a last chunk deeper than those before it": lambda: whole_numbers(
        2, 9, 2, 4, 2, Tabled((0, 0, 2, 2, 4, 4, 4, 4, 4))
    ),
    "chunks of several lengths": lambda: whole_numbers(2, 9, 2, 4, 2, Tabled((0, 1, 1, 3, 3, 3, 6, 6, 8))),
    "losses that reach nothing, between others": lambda: whole_numbers(
        3, 8, 2, 4, 2, Tabled((0, 9, 1, 9, 9, 2, 2, 9)), activation="relu"
    ),
    "later losses that reach further back": lambda: whole_numbers(
        2, 8, 3, 5, 1, Tabled((0, 1, 2, 3, 1, 1, 0, 0)), checkpoints=3
    ),
    "several sweeps that reach the first state": lambda: whole_numbers(
        2, 6, 2, 3, 2, Tabled((0, 1, 0, 2, 0, 0))
    ),
}
