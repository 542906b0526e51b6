"""An LSTM whose gates see the cell state: i and f that before the step, o that after it.

    i, f = σ(U x + W h + b + p ⊙ c)        g = tanh(…)        c′ = f ⊙ c + i ⊙ g
    o = σ(U x + W h + b + p ⊙ c′)          h′ = o ⊙ tanh(c′)        p of i, f and o, stacked

Source: Gers, Schraudolph and Schmidhuber (2002), *Learning precise timing with LSTM recurrent networks*.
"""

import autograd.numpy as anp
import numpy as np

from verification import Block, Model, Use


def step(f, p, x, h, c):
    a = anp.einsum("...gd,...nd->...ng", p.U, x) + anp.einsum("...gh,...nh->...ng", p.W, h)
    a_i, a_f, a_g, a_o = anp.split(a + anp.expand_dims(p.b, -2), 4, axis=-1)
    p_i, p_f, p_o = anp.split(anp.expand_dims(p.p, -2), 3, axis=-1)
    c = f.gate(a_f + p_f * c) * c + f.gate(a_i + p_i * c) * f.candidate(a_g)
    return f.gate(a_o + p_o * c) * f.candidate(c), c


MODEL = Model(
    name="peephole_lstm",
    blocks=(
        Block("U", ("4 H", "D"), Use.STEP, ("i", "f", "g", "o"), "input weights"),
        Block("W", ("4 H", "H"), Use.STEP, ("i", "f", "g", "o"), "recurrent weights"),
        Block("b", ("4 H",), Use.STEP, ("i", "f", "g", "o"), "bias"),
        Block("p", ("3 H",), Use.STEP, ("i", "f", "o"), "peepholes"),
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("h0", ("H",), Use.STATE),
        Block("c0", ("H",), Use.STATE),
    ),
    step=step,
    functions={"gate": ("sigmoid",), "candidate": ("tanh",)},
)


def sigmoid(a):
    e = np.exp(-np.abs(a))
    return np.where(a >= 0, 1 / (1 + e), e / (1 + e))


def forward(params, xs, state):
    U, W, b = params["U"], params["W"], params["b"]
    p_i, p_f, p_o = np.split(params["p"], 3)
    h, c = state
    outputs, tape = np.empty((len(xs), xs.shape[1], h.shape[1]), xs.dtype), []
    for t in range(xs.shape[1]):
        i, f, g, o = np.split(xs[:, t] @ U.T + h @ W.T + b, 4, axis=1)
        i, f, g, before = sigmoid(i + p_i * c), sigmoid(f + p_f * c), np.tanh(g), (h, c)
        c = f * c + i * g
        o, s = sigmoid(o + p_o * c), np.tanh(c)
        h = o * s
        outputs[:, t] = h
        tape.append((*before, i, f, g, o, s, c))
    return outputs, (h.copy(), c.copy()), (params, xs, tape)


def backward(saved, d_outputs, d_state):
    params, xs, tape = saved
    U, W = params["U"], params["W"]
    p_i, p_f, p_o = np.split(params["p"], 3)
    d_U, d_W, d_b, d_p = (np.zeros_like(params[name]) for name in ("U", "W", "b", "p"))
    d_xs = np.empty_like(xs)
    dh, dc = d_state
    for t in reversed(range(xs.shape[1])):
        h_prev, c_prev, i, f, g, o, s, c = tape[t]
        dh = dh + d_outputs[:, t]
        d_o = dh * s * o * (1 - o)
        dc = dc + dh * o * (1 - s * s) + d_o * p_o
        d_i = dc * g * i * (1 - i)
        d_f = dc * c_prev * f * (1 - f)
        d_g = dc * i * (1 - g * g)
        da = np.concatenate([d_i, d_f, d_g, d_o], axis=1)
        d_U += da.T @ xs[:, t]
        d_W += da.T @ h_prev
        d_b += da.sum(axis=0)
        d_p += np.concatenate([d_i * c_prev, d_f * c_prev, d_o * c], axis=1).sum(axis=0)
        d_xs[:, t] = da @ U
        dh, dc = da @ W, dc * f + d_i * p_i + d_f * p_f
    return {"U": d_U, "W": d_W, "b": d_b, "p": d_p}, d_xs, (dh, dc)
