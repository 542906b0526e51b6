"""The selective scan: two functions that are called on arrays of two shapes.

s = softplus(Δ)     h′ = exp(−s A) ⊙ h + (τ s x) Bᵀ     h (N, D, S), s, x (N, D), B (N, S), τ a number
"""

import autograd.numpy as anp
import numpy as np

from tests.layers.lstm import sigmoid
from verification import Block, Function, Model, Use

softplus = Function("softplus", lambda a: anp.log1p(anp.exp(-anp.abs(a))) + anp.where(a > 0, a, 0 * a))


def step(f, p, x, h):
    """It takes leading axes."""
    s = f.positive(x.delta)
    decay = f.decay(-anp.expand_dims(s, -1) * anp.expand_dims(p.A, -3))
    return decay * h + anp.expand_dims(anp.expand_dims(p.tau, (-1, -2)) * s * x.x, -1) * anp.expand_dims(
        x.B, -2
    )


MODEL = Model(
    name="selective_scan",
    blocks=(
        Block("A", ("D", "S"), Use.STEP),
        Block("tau", (), Use.STEP),
        Block("x", ("D",), Use.INPUT),
        Block("delta", ("D",), Use.INPUT),
        Block("B", ("S",), Use.INPUT),
        Block("h0", ("D", "S"), Use.STATE),
    ),
    step=step,
    functions={"positive": (softplus,), "decay": (Function("exp", anp.exp, holomorphic=True),)},
)


def forward(params, xs, state):
    A, tau = params["A"], params["tau"]
    x, delta, B = xs["x"], xs["delta"], xs["B"]
    (h,) = state
    s = np.log1p(np.exp(-np.abs(delta))) + np.maximum(delta, 0)
    decays, states = [], [h]
    for t in range(x.shape[1]):
        decays.append(np.exp(-s[:, t, :, None] * A))
        h = decays[t] * h + (tau * s * x)[:, t, :, None] * B[:, t, None, :]
        states.append(h)
    return np.stack(states[1:], axis=1), (h.copy(),), (A, tau, x, delta, s, B, decays, states)


def backward(saved, d_outputs, d_state):
    A, tau, x, delta, s, B, decays, states = saved
    d_A, d_tau = np.zeros_like(A), np.zeros_like(tau)
    d_x, d_s, d_B = np.empty_like(x), np.empty_like(x), np.empty_like(B)
    (dh,) = d_state
    for t in reversed(range(x.shape[1])):
        dh = dh + d_outputs[:, t]
        d_exponent = dh * states[t] * decays[t]
        d_A -= np.einsum("nds,nd->ds", d_exponent, s[:, t])
        written = np.einsum("nds,ns->nd", dh, B[:, t])
        d_tau += (written * s[:, t] * x[:, t]).sum()
        written = tau * written
        d_s[:, t] = written * x[:, t] - (d_exponent * A).sum(axis=-1)
        d_x[:, t] = written * s[:, t]
        d_B[:, t] = np.einsum("nds,nd->ns", dh, (tau * s * x)[:, t])
        dh = dh * decays[t]
    return {"A": d_A, "tau": d_tau}, {"x": d_x, "delta": d_s * sigmoid(delta), "B": d_B}, (dh,)
