"""A plain selective scan, step by step."""

import numpy as np


def softplus(a):
    return np.log1p(np.exp(-np.abs(a))) + np.maximum(a, 0)


def forward(params, xs, state):
    A, D = params["A"], params["skip"]
    u, B, C, s = xs["u"], xs["B"], xs["C"], softplus(xs["delta"])
    (h,) = state
    outputs, states, decays = np.empty_like(u), [h], []
    for t in range(u.shape[1]):
        decay = np.exp(s[:, t, :, None] * A)
        h = decay * h + (s[:, t] * u[:, t])[:, :, None] * B[:, t, None, :]
        outputs[:, t] = (h * C[:, t, None, :]).sum(axis=-1) + D * u[:, t]
        states.append(h)
        decays.append(decay)
    return outputs, (h.copy(),), (params, xs, s, states, decays)


def backward(saved, d_outputs, d_state):
    params, xs, s, states, decays = saved
    A, D = params["A"], params["skip"]
    u, B, C = xs["u"], xs["B"], xs["C"]
    d_A, d_D = np.zeros_like(A), np.zeros_like(D)
    d_u, d_s, d_B, d_C = (np.empty_like(array) for array in (u, s, B, C))
    (dh,) = d_state
    for t in reversed(range(u.shape[1])):
        dy = d_outputs[:, t]
        d_C[:, t] = np.einsum("ne,nes->ns", dy, states[t + 1])
        d_D += (dy * u[:, t]).sum(axis=0)
        dh = dh + dy[:, :, None] * C[:, t, None, :]
        written = np.einsum("nes,ns->ne", dh, B[:, t])
        d_exponent = dh * states[t] * decays[t]
        d_B[:, t] = np.einsum("nes,ne->ns", dh, s[:, t] * u[:, t])
        d_A += np.einsum("nes,ne->es", d_exponent, s[:, t])
        d_s[:, t] = written * u[:, t] + (d_exponent * A).sum(axis=-1)
        d_u[:, t] = written * s[:, t] + D * dy
        dh = dh * decays[t]
    e = np.exp(-np.abs(xs["delta"]))
    d_delta = d_s * np.where(xs["delta"] >= 0, 1 / (1 + e), e / (1 + e))
    return {"A": d_A, "skip": d_D}, {"u": d_u, "delta": d_delta, "B": d_B, "C": d_C}, (dh,)
