"""The vanilla (Elman) cell, forward only.

    a = x Uᵀ + h_prev Wᵀ + b
    h = f(a)

Any leading axes of the arrays are copies that do not meet, each with parameters of its own.
"""

from collections.abc import Callable
from typing import Any

import autograd.numpy as np


def step(f: Callable[[Any], Any], U: Any, W: Any, b: Any, x: Any, h_prev: Any) -> Any:
    """The state after one step: U (…, H, D), W (…, H, H), b (…, H), x (…, N, D), h_prev (…, N, H)."""
    a = x @ np.swapaxes(U, -1, -2) + h_prev @ np.swapaxes(W, -1, -2) + b[..., None, :]
    return f(a)
