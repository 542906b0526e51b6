"""A plain scan, real or complex, whose way back goes block by block: within each, then what is carried."""

import numpy as np

BLOCK = 16


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
    for first in reversed(range(0, a.shape[1], BLOCK)):
        span = slice(first, min(first + BLOCK, a.shape[1]))
        local, kept = d_outputs[:, span].copy(), np.ones_like(a[:, span])
        for t in reversed(range(local.shape[1] - 1)):
            decay = a[:, span][:, t + 1].conj()
            local[:, t] += decay * local[:, t + 1]
            kept[:, t] = decay * kept[:, t + 1]
        d = local + kept * dh[:, None]
        d_x[:, span] = d
        d_a[:, span] = d * np.stack(states[span], axis=1).conj()
        dh = a[:, first].conj() * d[:, 0]
    return {}, {"a": d_a, "x": d_x}, (dh,)
