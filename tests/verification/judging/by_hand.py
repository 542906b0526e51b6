"""Gradients of a vanilla layer by hand, for other carries."""

import numpy as np

from verification.models.case import final_cotangents, outputs_cotangent


def vanilla_by_hand(case, carry, before=0):
    """Gradients of W, b and h0 of a tanh layer: what flows from a step to the one before, and W's operand."""
    U, W, b, xs, h = (case.blocks[name] for name in ("U", "W", "b", "xs", "h0"))
    states = [h]
    for t in range(case.steps):
        h = np.tanh(xs[:, t] @ U.T + h @ W.T + b)
        states.append(h)
    d_W, d_b, dh = np.zeros_like(W), np.zeros_like(b), final_cotangents(case)[0]
    for t in reversed(range(case.steps)):
        dh = dh + outputs_cotangent(case)[:, t]
        da = dh * (1 - states[t + 1] ** 2)
        d_W, d_b = d_W + da.T @ states[t + before], d_b + da.sum(axis=0)
        dh = carry(dh, da, W)
    return {"W": d_W, "b": d_b, "h0": dh}
