"""The network's forward: textbook loops over steps."""

from collections.abc import Callable, Sequence
from typing import Any

import autograd.numpy as np


def unroll(step: Callable[[int, Any, Any], Any], xs: Sequence[Any], h0: Any) -> list[Any]:
    """h_0 … h_T: the state before each step, and the last. ``step(t, x, h)`` is the state after step t."""
    states = [h0]
    for t, x in enumerate(xs):
        states.append(step(t, x, states[-1]))
    return states


def read_out(V: Any, c: Any, h: Any) -> Any:
    """o = h Vᵀ + c."""
    return h @ np.swapaxes(V, -1, -2) + c[..., None, :]
