"""How a fixed problem is made: of its sizes, and of what fills its arrays."""

from collections.abc import Callable
from typing import TypeAlias

from rnn import Truncation
from rnn.arrays import Array
from verification.problem import Problem

Fill: TypeAlias = Callable[[str, tuple[int, ...]], Array]
"""``fill(name, shape)`` makes the array of that name."""

Sizes: TypeAlias = tuple[int, int, int, int, int]
"""T, N, D, H, K."""


def made(
    fill: Fill, activation: str, sizes: Sizes, truncation: Truncation, *, every_step: bool = True
) -> Problem:
    """The problem of those sizes, with a loss on every step or on the last alone."""
    T, N, D, H, K = sizes
    shapes = {"U": (H, D), "W": (H, H), "b": (H,), "V": (K, H), "c": (K,)}
    params = {name: fill(name, shape) for name, shape in shapes.items()}
    targets = fill("targets", (N, T, K) if every_step else (N, K))
    return Problem(activation, params, fill("xs", (N, T, D)), targets, fill("h0", (N, H)), truncation)
