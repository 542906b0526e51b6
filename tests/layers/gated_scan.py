"""A plain gated scan, whose input has the share 1 − a."""

import numpy as np


def forward(params, xs, state):
    a, x = xs["a"], xs["x"]
    (h,) = state
    states = [h]
    for t in range(a.shape[1]):
        h = a[:, t] * h + (1 - a[:, t]) * x[:, t]
        states.append(h)
    return np.stack(states[1:], axis=1), (h.copy(),), (a, x, states)


def backward(saved, d_outputs, d_state):
    a, x, states = saved
    d_a, d_x = np.empty_like(a), np.empty_like(x)
    (dh,) = d_state
    for t in reversed(range(a.shape[1])):
        dh = dh + d_outputs[:, t]
        d_a[:, t] = dh * (states[t] - x[:, t])
        d_x[:, t] = dh * (1 - a[:, t])
        dh = dh * a[:, t]
    return {}, {"a": d_a, "x": d_x}, (dh,)
