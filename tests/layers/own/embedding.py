"""Tokens that are embedded, and a mask by which a step is left out: inputs of whole numbers.

h′ = m tanh(E_k + W h + b) + (1 − m) h        token k below V, mask m of 0 and 1, E (V, H)
"""

import autograd.numpy as anp
import numpy as np

from verification import Block, Model, Use


def step(f, p, x, h):
    """It takes leading axes."""
    one_hot = anp.expand_dims(x.token, -1) == np.arange(p.E.shape[-2])
    a = anp.matmul(one_hot, p.E) + anp.matmul(h, anp.swapaxes(p.W, -1, -2)) + anp.expand_dims(p.b, -2)
    mask = anp.expand_dims(x.mask, -1)
    return mask * f.activation(a) + (1 - mask) * h


MODEL = Model(
    name="embedding",
    blocks=(
        Block("E", ("V", "H"), Use.STEP, meaning="embedding"),
        Block("W", ("H", "H"), Use.STEP),
        Block("b", ("H",), Use.STEP),
        Block("token", (), Use.INPUT, below="V"),
        Block("mask", (), Use.INPUT, below=2),
        Block("h0", ("H",), Use.STATE),
    ),
    step=step,
    functions={"activation": ("tanh", "softsign")},
)


def forward(params, xs, state):
    E, W, b = (params[name] for name in ("E", "W", "b"))
    (h,), token = state, xs["token"]
    keep = xs["mask"].astype(bool)[..., None]
    states, values = [h], []
    for t in range(token.shape[1]):
        y = np.tanh(E[token[:, t]] + h @ W.T + b)
        h = np.where(keep[:, t], y, h)
        states.append(h)
        values.append(y)
    return np.stack(states[1:], axis=1), (h.copy(),), (params, token, keep, states, values)


def backward(saved, d_outputs, d_state):
    params, token, keep, states, values = saved
    E, W = params["E"], params["W"]
    d_E, d_W, d_b = np.zeros_like(E), np.zeros_like(W), np.zeros_like(params["b"])
    (dh,) = d_state
    for t in reversed(range(len(values))):
        dh = dh + d_outputs[:, t]
        da = np.where(keep[:, t], dh * (1 - values[t] ** 2), 0)
        np.add.at(d_E, token[:, t], da)
        d_W += da.T @ states[t]
        d_b += da.sum(axis=0)
        dh = np.where(keep[:, t], da @ W, dh)
    return {"E": d_E, "W": d_W, "b": d_b}, None, (dh,)
