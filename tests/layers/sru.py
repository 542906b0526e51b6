"""A plain simple recurrent unit, step by step."""

import numpy as np

from tests.layers.lstm import sigmoid


def forward(params, xs, state):
    U, (v_f, v_r), (b_f, b_r) = params["U"], np.split(params["v"], 2), np.split(params["b"], 2)
    (c,) = state
    outputs, tape = np.empty((*xs.shape[:2], c.shape[1]), xs.dtype), []
    for t in range(xs.shape[1]):
        new, f, r, skipped = np.split(xs[:, t] @ U.T, 4, axis=1)
        f, r, before = sigmoid(f + v_f * c + b_f), sigmoid(r + v_r * c + b_r), c
        c = f * c + (1 - f) * new
        outputs[:, t] = r * c + (1 - r) * skipped
        tape.append((before, new, f, r, skipped, c))
    return outputs, (c.copy(),), (params, xs, tape)


def backward(saved, d_outputs, d_state):
    params, xs, tape = saved
    U, (v_f, v_r) = params["U"], np.split(params["v"], 2)
    d_U, d_v, d_b, d_xs = *(np.zeros_like(params[name]) for name in ("U", "v", "b")), np.empty_like(xs)
    (dc,) = d_state
    for t in reversed(range(xs.shape[1])):
        before, new, f, r, skipped, c = tape[t]
        do = d_outputs[:, t]
        d_r = do * (c - skipped) * r * (1 - r)
        dc = dc + do * r
        d_f = dc * (before - new) * f * (1 - f)
        da = np.concatenate([dc * (1 - f), d_f, d_r, do * (1 - r)], axis=1)
        d_U += da.T @ xs[:, t]
        d_v += np.concatenate([d_f * before, d_r * before], axis=1).sum(axis=0)
        d_b += np.concatenate([d_f, d_r], axis=1).sum(axis=0)
        d_xs[:, t] = da @ U
        dc = dc * f + d_f * v_f + d_r * v_r
    return {"U": d_U, "v": d_v, "b": d_b}, d_xs, (dc,)
