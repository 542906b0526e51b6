"""A layer that puts out two sequences: what is read out of the state, and the state's energy.

h′ = tanh(U x + W h + b)        y = V h′        e = Σ h′² / 2        y (N, K), e (N,)
"""

import autograd.numpy as anp
import numpy as np

from verification import Block, Model, Use


def through(W, x):
    """W x, of records."""
    return anp.matmul(x, anp.swapaxes(W, -1, -2))


def step(f, p, x, h):
    """It takes leading axes."""
    return f.activation(through(p.U, x) + through(p.W, h) + anp.expand_dims(p.b, -2))


MODEL = Model(
    name="two_outputs",
    blocks=(
        Block("U", ("H", "D"), Use.STEP),
        Block("W", ("H", "H"), Use.STEP),
        Block("b", ("H",), Use.STEP),
        Block("V", ("K", "H"), Use.STEP),
        Block("xs", ("D",), Use.INPUT),
        Block("h0", ("H",), Use.STATE),
    ),
    step=step,
    output={
        "y": lambda f, p, x, h: through(p.V, h),
        "energy": lambda f, p, x, h: anp.sum(h * h, axis=-1) / 2,
    },
    functions={"activation": ("tanh",)},
)


def forward(params, xs, state):
    U, W, b, V = (params[name] for name in ("U", "W", "b", "V"))
    states = [state[0]]
    for t in range(xs.shape[1]):
        states.append(np.tanh(xs[:, t] @ U.T + states[t] @ W.T + b))
    after = np.stack(states[1:], axis=1)
    outputs = {"y": after @ V.T, "energy": (after * after).sum(axis=-1) / 2}
    return outputs, (states[-1].copy(),), (params, xs, states)


def backward(saved, d_outputs, d_state):
    params, xs, states = saved
    U, W, V = params["U"], params["W"], params["V"]
    d_y, d_energy = d_outputs["y"], d_outputs["energy"]
    d_U, d_W, d_b, d_V = (np.zeros_like(params[name]) for name in ("U", "W", "b", "V"))
    d_xs = np.empty_like(xs)
    (dh,) = d_state
    for t in reversed(range(xs.shape[1])):
        h = states[t + 1]
        d_V += d_y[:, t].T @ h
        dh = dh + d_y[:, t] @ V + d_energy[:, t, None] * h
        da = dh * (1 - h * h)
        d_U += da.T @ xs[:, t]
        d_W += da.T @ states[t]
        d_b += da.sum(axis=0)
        d_xs[:, t] = da @ U
        dh = da @ W
    return {"U": d_U, "W": d_W, "b": d_b, "V": d_V}, d_xs, (dh,)
