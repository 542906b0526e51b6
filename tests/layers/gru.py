"""A plain GRU, reset after the product: forward and backward as the equations have them."""

import numpy as np

from tests.layers.lstm import sigmoid


def forward(params, xs, state):
    U, W, b, bn = params["U"], params["W"], params["b"], params["bn"]
    (h,) = state
    saved = []
    outputs = np.empty((len(xs), xs.shape[1], h.shape[1]), xs.dtype)
    for t in range(xs.shape[1]):
        x, h_prev = xs[:, t], h
        x_r, x_z, x_n = np.split(x @ U.T + b, 3, axis=1)
        h_r, h_z, h_n = np.split(h_prev @ W.T, 3, axis=1)
        r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
        m = h_n + bn
        n = np.tanh(x_n + r * m)
        h = (1 - z) * n + z * h_prev
        outputs[:, t] = h
        saved.append((x, h_prev, r, z, n, m))
    return outputs, (h.copy(),), (params, saved)


def backward(saved, d_outputs, d_state):
    params, tape = saved
    U, W = params["U"], params["W"]
    d_U, d_W = np.zeros_like(U), np.zeros_like(W)
    d_b, d_bn = np.zeros_like(params["b"]), np.zeros_like(params["bn"])
    d_xs = np.empty((*d_outputs.shape[:2], U.shape[1]), U.dtype)
    (dh,) = d_state
    for t in reversed(range(d_outputs.shape[1])):
        x, h_prev, r, z, n, m = tape[t]
        dh = dh + d_outputs[:, t]
        d_n = dh * (1 - z) * (1 - n * n)
        d_z = dh * (h_prev - n) * z * (1 - z)
        d_r = d_n * m * r * (1 - r)
        d_m = d_n * r
        da = np.concatenate([d_r, d_z, d_n], axis=1)
        dw = np.concatenate([d_r, d_z, d_m], axis=1)
        d_U += da.T @ x
        d_W += dw.T @ h_prev
        d_b += da.sum(axis=0)
        d_bn += d_m.sum(axis=0)
        d_xs[:, t] = da @ U
        dh = dw @ W + dh * z
    return {"U": d_U, "W": d_W, "b": d_b, "bn": d_bn}, d_xs, (dh,)
