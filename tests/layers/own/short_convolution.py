"""A convolution of width 4 before a decaying sum, as selective scans have one: axes of a fixed size.

u = tanh(Σ_j w_j ⊙ x_{t − 3 + j})        h′ = σ(λ) ⊙ h + u        w (H, 4)

The last three inputs are a state.
"""

import autograd.numpy as anp
import numpy as np

from tests.layers.lstm import sigmoid
from verification import Block, Model, Use

WIDTH = 4


def step(f, p, x, h, past):
    """It takes leading axes."""
    window = anp.concatenate((past, anp.expand_dims(x, -1)), axis=-1)
    u = f.activation(anp.sum(window * anp.expand_dims(p.w, -3), axis=-1))
    return anp.expand_dims(f.decay(p.rate), -2) * h + u, window[..., 1:]


MODEL = Model(
    name="short_convolution",
    blocks=(
        Block("w", ("H", WIDTH), Use.STEP, meaning="the convolution's weights"),
        Block("rate", ("H",), Use.STEP),
        Block("x", ("H",), Use.INPUT),
        Block("h0", ("H",), Use.STATE),
        Block("past", ("H", WIDTH - 1), Use.STATE, meaning="the inputs before the first"),
    ),
    step=step,
    functions={"decay": ("sigmoid",), "activation": ("tanh",)},
)


def forward(params, x, state):
    h, past = state
    w, decay = params["w"], sigmoid(params["rate"])
    steps = x.shape[1]
    padded = np.concatenate((past.swapaxes(1, 2), x), axis=1)
    u = np.tanh(sum(padded[:, j : j + steps] * w[:, j] for j in range(WIDTH)))
    states = [h]
    for t in range(steps):
        states.append(decay * states[t] + u[:, t])
    final = (states[-1].copy(), padded[:, steps:].swapaxes(1, 2).copy())
    return np.stack(states[1:], axis=1), final, (w, decay, padded, u, states)


def backward(saved, d_outputs, d_state):
    w, decay, padded, u, states = saved
    dh, d_past = d_state
    steps = u.shape[1]
    du, d_decay = np.empty_like(u), np.zeros_like(decay)
    for t in reversed(range(steps)):
        dh = dh + d_outputs[:, t]
        du[:, t] = dh
        d_decay += (dh * states[t]).sum(axis=0)
        dh = dh * decay
    da = du * (1 - u * u)
    d_padded, d_w = np.zeros_like(padded), np.zeros_like(w)
    d_padded[:, steps:] = d_past.swapaxes(1, 2)
    for j in range(WIDTH):
        d_padded[:, j : j + steps] += da * w[:, j]
        d_w[:, j] = (da * padded[:, j : j + steps]).sum(axis=(0, 1))
    d_params = {"w": d_w, "rate": d_decay * decay * (1 - decay)}
    return d_params, d_padded[:, WIDTH - 1 :], (dh, d_padded[:, : WIDTH - 1].swapaxes(1, 2))
