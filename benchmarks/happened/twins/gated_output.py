"""A scan whose output is gated by a branch beside it, as in the block of Mamba.

    h′ = a_t ⊙ h + x_t        y_t = h′ ⊙ silu(z_t)

Source: Gu and Dao, *Mamba*, arXiv 2312.00752, section 3.4.
"""

import numpy as np

from verification import Block, Model, Use


def step(f, p, x, h):
    return x.a * h + x.x


def output(f, p, x, h):
    return h * x.z * f.gate(x.z)


MODEL = Model(
    name="gated_output",
    blocks=(
        Block("a", ("H",), Use.INPUT, meaning="decay"),
        Block("x", ("H",), Use.INPUT, meaning="inputs"),
        Block("z", ("H",), Use.INPUT, meaning="gate, before silu"),
        Block("h0", ("H",), Use.STATE),
    ),
    step=step,
    output=output,
    functions={"gate": ("sigmoid",)},
)


def sigmoid(a):
    e = np.exp(-np.abs(a))
    return np.where(a >= 0, 1 / (1 + e), e / (1 + e))


def forward(params, xs, state):
    a, x, z = (xs[name] for name in "axz")
    (h,) = state
    states = [h]
    for t in range(a.shape[1]):
        h = a[:, t] * h + x[:, t]
        states.append(h)
    return np.stack(states[1:], axis=1) * z * sigmoid(z), (h.copy(),), (a, z, states)


def backward(saved, d_outputs, d_state):
    a, z, states = saved
    d_a, d_x, s = np.empty_like(a), np.empty_like(a), sigmoid(z)
    d_z = d_outputs * np.stack(states[1:], axis=1) * s * (1 + z * (1 - s))
    (dh,) = d_state
    for t in reversed(range(a.shape[1])):
        dh = dh + d_outputs[:, t] * z[:, t] * s[:, t]
        d_a[:, t] = dh * states[t]
        d_x[:, t] = dh
        dh = dh * a[:, t]
    return {}, {"a": d_a, "x": d_x, "z": d_z}, (dh,)
