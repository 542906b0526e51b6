"""A plain sLSTM."""

import numpy as np

from tests.layers.lstm import sigmoid


def forward(params, xs, state):
    U, W, b = params["U"], params["W"], params["b"]
    h, c, n, m = state
    saved = []
    outputs = np.empty((len(xs), xs.shape[1], h.shape[1]), xs.dtype)
    for t in range(xs.shape[1]):
        x = xs[:, t]
        i, f, z, o = np.split(x @ U.T + h @ W.T + b, 4, axis=1)
        kept, z, o = m - np.logaddexp(0, -f), np.tanh(z), sigmoid(o)
        stays = kept > i
        m = np.maximum(kept, i)
        w, left = np.exp(i - m), np.exp(kept - m)
        h_prev, c_prev, n_prev = h, c, n
        c = left * c_prev + w * z
        n = left * n_prev + w
        h = o * c / n
        outputs[:, t] = h
        saved.append((x, h_prev, c_prev, n_prev, f, z, o, stays, w, left, c / n, n))
    return outputs, (h.copy(), c.copy(), n.copy(), m.copy()), (params, saved)


def backward(saved, d_outputs, d_state):
    params, tape = saved
    U, W = params["U"], params["W"]
    d_U, d_W, d_b = np.zeros_like(U), np.zeros_like(W), np.zeros_like(params["b"])
    d_xs = np.empty((*d_outputs.shape[:2], U.shape[1]), U.dtype)
    dh, dc, dn, dm = d_state
    for t in reversed(range(d_outputs.shape[1])):
        x, h_prev, c_prev, n_prev, f, z, o, stays, w, left, ratio, n = tape[t]
        dh = dh + d_outputs[:, t]
        d_ratio = dh * o / n
        dc = dc + d_ratio
        dn = dn - d_ratio * ratio
        d_weight = (dc * z + dn) * w
        d_left = (dc * c_prev + dn * n_prev) * left
        dm = dm - d_weight - d_left
        d_kept = d_left + np.where(stays, dm, 0)
        d_i = d_weight + np.where(stays, 0, dm)
        d_f = d_kept * sigmoid(-f)
        d_z = dc * w * (1 - z * z)
        d_o = dh * ratio * o * (1 - o)
        da = np.concatenate([d_i, d_f, d_z, d_o], axis=1)
        d_U += da.T @ x
        d_W += da.T @ h_prev
        d_b += da.sum(axis=0)
        d_xs[:, t] = da @ U
        dh, dc, dn, dm = da @ W, dc * left, dn * left, d_kept
    return {"U": d_U, "W": d_W, "b": d_b}, d_xs, (dh, dc, dn, dm)
