"""A plain LSTM with a projection."""

import numpy as np

from tests.layers.lstm import sigmoid


def forward(params, xs, state):
    U, W, b, R = params["U"], params["W"], params["b"], params["R"]
    h, c = state
    outputs = np.empty((len(xs), xs.shape[1], h.shape[1]), xs.dtype)
    saved = []
    for t in range(xs.shape[1]):
        x = xs[:, t]
        i, f, g, o = np.split(x @ U.T + h @ W.T + b, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c_prev, h_prev = c, h
        c = f * c_prev + i * g
        s = np.tanh(c)
        h = (o * s) @ R.T
        outputs[:, t] = h
        saved.append((x, h_prev, c_prev, i, f, g, o, s))
    return outputs, (h.copy(), c.copy()), (params, saved)


def backward(saved, d_outputs, d_state):
    params, tape = saved
    U, W, R = params["U"], params["W"], params["R"]
    d_U, d_W, d_b, d_R = np.zeros_like(U), np.zeros_like(W), np.zeros_like(params["b"]), np.zeros_like(R)
    d_xs = np.empty((*d_outputs.shape[:2], U.shape[1]), U.dtype)
    dh, dc = d_state
    for t in reversed(range(d_outputs.shape[1])):
        x, h_prev, c_prev, i, f, g, o, s = tape[t]
        dh = dh + d_outputs[:, t]
        dm = dh @ R
        dc = dc + dm * o * (1 - s * s)
        d_i = dc * g * i * (1 - i)
        d_f = dc * c_prev * f * (1 - f)
        d_g = dc * i * (1 - g * g)
        d_o = dm * s * o * (1 - o)
        da = np.concatenate([d_i, d_f, d_g, d_o], axis=1)
        d_R += dh.T @ (o * s)
        d_U += da.T @ x
        d_W += da.T @ h_prev
        d_b += da.sum(axis=0)
        d_xs[:, t] = da @ U
        dh, dc = da @ W, dc * f
    return {"U": d_U, "W": d_W, "b": d_b, "R": d_R}, d_xs, (dh, dc)
