"""A plain RG-LRU, whose input has the share √(1 − a²)."""

import numpy as np


def forward(params, xs, state):
    a, x = xs["a"], xs["x"]
    share = np.sqrt((1 - a) * (1 + a))
    (h,) = state
    states = [h]
    for t in range(a.shape[1]):
        h = a[:, t] * h + share[:, t] * x[:, t]
        states.append(h)
    return np.stack(states[1:], axis=1), (h.copy(),), (a, x, share, states)


def backward(saved, d_outputs, d_state):
    a, x, share, states = saved
    d_a, d_x = np.empty_like(a), np.empty_like(x)
    (dh,) = d_state
    for t in reversed(range(a.shape[1])):
        dh = dh + d_outputs[:, t]
        d_share = dh * x[:, t]
        d_a[:, t] = dh * states[t] - d_share * a[:, t] / share[:, t]
        d_x[:, t] = dh * share[:, t]
        dh = dh * a[:, t]
    return {}, {"a": d_a, "x": d_x}, (dh,)
