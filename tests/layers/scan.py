"""A plain scan, real or complex; a gradient is ∂L/∂Re + i ∂L/∂Im."""

import numpy as np


def forward(params, xs, state):
    a, x = xs["a"], xs["x"]
    (h,) = state
    states = [h]
    for t in range(a.shape[1]):
        h = a[:, t] * h + x[:, t]
        states.append(h)
    return np.stack(states[1:], axis=1), (h.copy(),), (a, states)


def backward(saved, d_outputs, d_state):
    a, states = saved
    d_a, d_x = np.empty_like(a), np.empty_like(a)
    (dh,) = d_state
    for t in reversed(range(a.shape[1])):
        dh = dh + d_outputs[:, t]
        d_a[:, t] = dh * states[t].conj()
        d_x[:, t] = dh
        dh = dh * a[:, t].conj()
    return {}, {"a": d_a, "x": d_x}, (dh,)
