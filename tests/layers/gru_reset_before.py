"""A plain GRU, reset before the product."""

import numpy as np

from tests.layers.lstm import sigmoid


def forward(params, xs, state):
    U, W, b = params["U"], params["W"], params["b"]
    W_r, W_z, W_n = np.split(W, 3)
    (h,) = state
    saved, outputs = [], []
    for t in range(xs.shape[1]):
        x, h_prev = xs[:, t], h
        a_r, a_z, a_n = np.split(x @ U.T + b, 3, axis=1)
        r, z = sigmoid(a_r + h_prev @ W_r.T), sigmoid(a_z + h_prev @ W_z.T)
        n = np.tanh(a_n + (r * h_prev) @ W_n.T)
        h = n + z * (h_prev - n)
        outputs.append(h)
        saved.append((x, h_prev, r, z, n))
    return np.stack(outputs, axis=1), (h.copy(),), (params, saved)


def backward(saved, d_outputs, d_state):
    params, tape = saved
    U = params["U"]
    W_r, W_z, W_n = np.split(params["W"], 3)
    d_U, d_W, d_b = np.zeros_like(U), np.zeros_like(params["W"]), np.zeros_like(params["b"])
    d_xs = np.empty((*d_outputs.shape[:2], U.shape[1]), U.dtype)
    (dh,) = d_state
    for t in reversed(range(d_outputs.shape[1])):
        x, h_prev, r, z, n = tape[t]
        dh = dh + d_outputs[:, t]
        d_n = dh * (1 - z) * (1 - n * n)
        d_z = dh * (h_prev - n) * z * (1 - z)
        d_reset = d_n @ W_n
        d_r = d_reset * h_prev * r * (1 - r)
        da = np.concatenate([d_r, d_z, d_n], axis=1)
        d_U += da.T @ x
        d_W += np.concatenate([d_r.T @ h_prev, d_z.T @ h_prev, d_n.T @ (r * h_prev)])
        d_b += da.sum(axis=0)
        d_xs[:, t] = da @ U
        dh = dh * z + d_r @ W_r + d_z @ W_z + d_reset * r
    return {"U": d_U, "W": d_W, "b": d_b}, d_xs, (dh,)
