"""A plain linear recurrence, real or complex; a gradient is ∂L/∂Re + i ∂L/∂Im."""

import numpy as np


def forward(params, xs, state):
    lam, B = params["lam"], params["B"]
    (h,) = state
    states = [h]
    for t in range(xs.shape[1]):
        h = lam * h + xs[:, t] @ B.T
        states.append(h)
    return np.stack(states[1:], axis=1), (h.copy(),), (params, xs, states)


def backward(saved, d_outputs, d_state):
    params, xs, states = saved
    lam, B = params["lam"], params["B"]
    d_lam, d_B, d_xs = np.zeros_like(lam), np.zeros_like(B), np.empty_like(xs)
    (dh,) = d_state
    for t in reversed(range(xs.shape[1])):
        dh = dh + d_outputs[:, t]
        d_lam += (dh * states[t].conj()).sum(axis=0)
        d_B += dh.T @ xs[:, t].conj()
        d_xs[:, t] = dh @ B.conj()
        dh = dh * lam.conj()
    return {"lam": d_lam, "B": d_B}, d_xs, (dh,)
