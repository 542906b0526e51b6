"""Truncation by its definition: which losses reach which steps, and a state that lets no gradient through."""

from collections.abc import Callable
from typing import Any

import numpy as np
from autograd.extend import notrace_primitive
from numpy.typing import NDArray

# x, as a constant: no gradient flows through it.
stop: Callable[[Any], Any] = notrace_primitive(lambda x: x)


def reaches(policy: str, numbers: tuple[int, ...], t: int, s: int, steps: int) -> bool:
    """Does the loss at step t reach the parameters' use at step s ≤ t, in a sequence of ``steps`` steps?

    ``policy`` is Full, Window, Chunked or Tail, ``numbers`` its k, or k1 and k2; or own, and the earliest
    step that each loss may reach.
    """
    if policy == "Full":
        return True
    if policy == "Window":
        (jumps,) = numbers
        return t - s <= jumps
    if policy == "Tail":
        (last,) = numbers
        return steps - s <= last
    if policy == "Chunked":
        k1, k2 = numbers
        chunk = t // k1
        end = min(steps, (chunk + 1) * k1)
        if s // k1 == chunk:
            return end - s <= k2
        return chunk * k1 - s <= k2 - k1
    if policy == "own":
        return s >= numbers[t]
    raise ValueError(f"policy: {policy!r}, needed Full, Window, Chunked, Tail or own")


def mask(policy: str, numbers: tuple[int, ...], steps: int) -> NDArray[np.bool_]:
    """M[t, s], (steps, steps): does the loss at step t reach step s?"""
    table = np.zeros((steps, steps), dtype=bool)
    for t in range(steps):
        for s in range(t + 1):
            table[t, s] = reaches(policy, numbers, t, s, steps)
    return table
