"""A plain vanilla layer with tanh."""

import numpy as np


def forward(params, xs, state):
    U, W, b = params["U"], params["W"], params["b"]
    (h,) = state
    states = [h]
    for t in range(xs.shape[1]):
        h = np.tanh(xs[:, t] @ U.T + h @ W.T + b)
        states.append(h)
    return np.stack(states[1:], axis=1), (h.copy(),), (params, xs, states)


def backward(saved, d_outputs, d_state):
    params, xs, states = saved
    U, W = params["U"], params["W"]
    d_U, d_W, d_b = np.zeros_like(U), np.zeros_like(W), np.zeros_like(params["b"])
    d_xs = np.empty_like(xs)
    (dh,) = d_state
    for t in reversed(range(xs.shape[1])):
        h = states[t + 1]
        da = (dh + d_outputs[:, t]) * (1 - h * h)
        d_U += da.T @ xs[:, t]
        d_W += da.T @ states[t]
        d_b += da.sum(axis=0)
        d_xs[:, t] = da @ U
        dh = da @ W
    return {"U": d_U, "W": d_W, "b": d_b}, d_xs, (dh,)
