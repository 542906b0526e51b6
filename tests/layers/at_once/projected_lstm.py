"""An LSTM with a projection: U x of all steps before them, and the gradients of weights of all steps after.

Arrays of all steps are time-major, (T, N, …), and each weight's gradient is one product over their T N rows.
"""

import numpy as np

from tests.layers.lstm import sigmoid


def rows(array):
    """(T N, …) of (T, N, …)."""
    return array.reshape(-1, array.shape[-1])


def forward(params, xs, state):
    U, W, b, R = params["U"], params["W"], params["b"], params["R"]
    h, c = state
    xs = np.ascontiguousarray(xs.swapaxes(0, 1))
    projected = xs @ U.T + b
    hs, cs, gates = [h], [c], []
    for a in projected:
        i, f, g, o = np.split(a + hs[-1] @ W.T, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        cs.append(f * cs[-1] + i * g)
        hs.append((o * np.tanh(cs[-1])) @ R.T)
        gates.append((i, f, g, o))
    return np.stack(hs[1:], axis=1), (hs[-1].copy(), cs[-1].copy()), (params, xs, hs, cs, gates)


def backward(saved, d_outputs, d_state):
    params, xs, hs, cs, gates = saved
    U, W, R = params["U"], params["W"], params["R"]
    dh, dc = d_state
    das, dhs, reads = [], [], []
    for t in reversed(range(len(xs))):
        i, f, g, o = gates[t]
        s = np.tanh(cs[t + 1])
        dh = dh + d_outputs[:, t]
        dm = dh @ R
        dc = dc + dm * o * (1 - s * s)
        slopes = i * (1 - i), f * (1 - f), 1 - g * g, o * (1 - o)
        da = np.concatenate([dc * g, dc * cs[t], dc * i, dm * s], axis=1) * np.concatenate(slopes, axis=1)
        das.append(da)
        dhs.append(dh)
        reads.append(o * s)
        dh, dc = da @ W, dc * f
    das, dhs, reads = (np.stack(each[::-1]) for each in (das, dhs, reads))
    d_U, d_W = rows(das).T @ rows(xs), rows(das).T @ rows(np.stack(hs[:-1]))
    d_params = {"U": d_U, "W": d_W, "b": das.sum(axis=(0, 1)), "R": rows(dhs).T @ rows(reads)}
    return d_params, (das @ U).swapaxes(0, 1), (dh, dc)
