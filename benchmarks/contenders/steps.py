"""One step of each cell, as it stands in a textbook, for a library that differentiates it.

autograd and JAX have NumPy's names, so one text serves both. A step takes p = x Uᵀ + b, made where its
contender makes it, and the state, a tuple of (N, H) arrays; it returns the next one. What a step needs of W
is transposed once, before the loop. Gates lie in U, W and b as in ``rnn.cells``, which is PyTorch's order.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeAlias

State: TypeAlias = tuple[Any, ...]
Step: TypeAlias = Callable[[Any, State], State]
Function: TypeAlias = Callable[[Any], Any]


def vanilla(np: ModuleType, sigmoid: Function, leaves: dict[str, Any]) -> Step:
    """h = tanh(p + h Wᵀ)."""
    WT = leaves["W"].T

    def step(p: Any, state: State) -> State:
        (h,) = state
        return (np.tanh(p + np.dot(h, WT)),)

    return step


def lstm(np: ModuleType, sigmoid: Function, leaves: dict[str, Any]) -> Step:
    """c = f ⊙ c + i ⊙ g; h = o ⊙ tanh(c)."""
    WT = leaves["W"].T
    H = len(WT)

    def step(p: Any, state: State) -> State:
        h, c = state
        a = p + np.dot(h, WT)
        i_and_f = sigmoid(a[:, : 2 * H])
        g, o = np.tanh(a[:, 2 * H : 3 * H]), sigmoid(a[:, 3 * H :])
        c = i_and_f[:, H:] * c + i_and_f[:, :H] * g
        return o * np.tanh(c), c

    return step


def gru(np: ModuleType, sigmoid: Function, leaves: dict[str, Any]) -> Step:
    """h = (1 − z) ⊙ n + z ⊙ h, with bn inside the reset gate."""
    WT, bn = leaves["W"].T, leaves["bn"]
    H = len(WT)

    def step(p: Any, state: State) -> State:
        (h,) = state
        m = np.dot(h, WT)
        r_and_z = sigmoid(p[:, : 2 * H] + m[:, : 2 * H])
        r, z = r_and_z[:, :H], r_and_z[:, H:]
        n = np.tanh(p[:, 2 * H :] + r * (m[:, 2 * H :] + bn))
        return ((1 - z) * n + z * h,)

    return step


STEPS = {"vanilla": vanilla, "lstm": lstm, "gru": gru}
