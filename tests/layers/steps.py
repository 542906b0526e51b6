"""Single steps and their backwards: of a vanilla network with tanh, and of a scan."""

import numpy as np


def vanilla(params, x, state):
    """h′ = tanh(U x + W h + b)."""
    (h,) = state
    after = np.tanh(x @ params["U"].T + h @ params["W"].T + params["b"])
    return (after,), (params, x, h, after)


def vanilla_back(saved, d_state):
    """Its backward."""
    params, x, h, after = saved
    da = d_state[0] * (1 - after * after)
    return {"U": da.T @ x, "W": da.T @ h, "b": da.sum(axis=0)}, da @ params["U"], (da @ params["W"],)


def scan(params, x, state):
    """h′ = a ⊙ h + x, which has two inputs and no parameters."""
    return (x["a"] * state[0] + x["x"],), (x["a"], state[0])


def scan_back(saved, d_state):
    """Its backward."""
    a, h = saved
    (dh,) = d_state
    return {}, {"a": np.conj(h) * dh, "x": dh.copy()}, (np.conj(a) * dh,)
