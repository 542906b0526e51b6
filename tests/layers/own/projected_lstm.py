"""An LSTM with a projection: h (N, P) is smaller than c (N, H); the gates i, f, g, o are stacked."""

import autograd.numpy as anp
import numpy as np

from verification import Block, Model, Use


def step(f, p, x, h, c):
    """h′ = R (o ⊙ tanh(c′)); it takes leading axes."""
    U, W, R = (anp.swapaxes(weights, -1, -2) for weights in (p.U, p.W, p.R))
    i, k, g, o = anp.split(x @ U + h @ W + anp.expand_dims(p.b, -2), 4, axis=-1)
    c = f.gate(k) * c + f.gate(i) * f.candidate(g)
    return (f.gate(o) * f.output(c)) @ R, c


MODEL = Model(
    name="projected_lstm",
    blocks=(
        Block("U", ("4 H", "D"), Use.STEP, ("i", "f", "g", "o")),
        Block("W", ("4 H", "P"), Use.STEP, ("i", "f", "g", "o")),
        Block("b", ("4 H",), Use.STEP, ("i", "f", "g", "o")),
        Block("R", ("P", "H"), Use.STEP),
        Block("xs", ("D",), Use.INPUT),
        Block("h0", ("P",), Use.STATE),
        Block("c0", ("H",), Use.STATE),
    ),
    step=step,
    functions={"gate": ("sigmoid",), "candidate": ("tanh",), "output": ("tanh",)},
)


def sigmoid(a):
    e = np.exp(-np.abs(a))
    return np.where(a >= 0, 1 / (1 + e), e / (1 + e))


def forward(params, xs, state):
    U, W, b, R = (params[name] for name in "UWbR")
    h, c = state
    outputs, tape = [], []
    for t in range(xs.shape[1]):
        i, f, g, o = np.split(xs[:, t] @ U.T + h @ W.T + b, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        before = h, c
        c = f * c + i * g
        s = np.tanh(c)
        h = (o * s) @ R.T
        outputs.append(h)
        tape.append((xs[:, t], *before, i, f, g, o, s))
    return np.stack(outputs, axis=1), (h.copy(), c.copy()), (params, tape)


def backward(saved, d_outputs, d_state):
    params, tape = saved
    U, W, b, R = (params[name] for name in "UWbR")
    d_U, d_W, d_b, d_R = (np.zeros_like(array) for array in (U, W, b, R))
    d_xs = np.empty((*d_outputs.shape[:2], U.shape[1]), U.dtype)
    dh, dc = d_state
    for t in reversed(range(len(tape))):
        x, h, c, i, f, g, o, s = tape[t]
        dh = dh + d_outputs[:, t]
        d_R += dh.T @ (o * s)
        dm = dh @ R
        dc = dc + dm * o * (1 - s * s)
        da = np.concatenate(
            (dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g), dm * s * o * (1 - o)), axis=1
        )
        d_U += da.T @ x
        d_W += da.T @ h
        d_b += da.sum(axis=0)
        d_xs[:, t] = da @ U
        dh, dc = da @ W, dc * f
    return {"U": d_U, "W": d_W, "b": d_b, "R": d_R}, d_xs, (dh, dc)
