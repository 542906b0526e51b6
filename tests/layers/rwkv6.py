"""A plain RWKV-6 recurrence: it reads the matrix before its step, and a bonus u for what is new."""

import numpy as np


def forward(params, xs, state):
    u, q, k, v, a = params["u"], xs["q"], xs["k"], xs["v"], np.exp(xs["g"])
    (S,) = state
    outputs, states = np.empty_like(v), [S]
    for t in range(q.shape[1]):
        new = (q[:, t] * u * k[:, t]).sum(axis=-1)
        outputs[:, t] = np.einsum("nakv,nak->nav", S, q[:, t]) + new[..., None] * v[:, t]
        S = a[:, t, ..., None] * S + k[:, t, ..., None] * v[:, t, ..., None, :]
        states.append(S)
    return outputs, (S.copy(),), (u, q, k, v, a, states)


def backward(saved, d_outputs, d_state):
    u, q, k, v, a, states = saved
    d_u, (d_q, d_k, d_v, d_g) = np.zeros_like(u), (np.empty_like(array) for array in (q, k, v, a))
    (dS,) = d_state
    for t in reversed(range(q.shape[1])):
        do = d_outputs[:, t]
        new, d_new = (q[:, t] * u * k[:, t]).sum(axis=-1), (do * v[:, t]).sum(axis=-1)[..., None]
        d_u += (d_new * q[:, t] * k[:, t]).sum(axis=0)
        d_q[:, t] = np.einsum("nakv,nav->nak", states[t], do) + d_new * u * k[:, t]
        d_k[:, t] = np.einsum("nakv,nav->nak", dS, v[:, t]) + d_new * u * q[:, t]
        d_v[:, t] = np.einsum("nakv,nak->nav", dS, k[:, t]) + new[..., None] * do
        d_g[:, t] = np.einsum("nakv,nakv->nak", dS, states[t]) * a[:, t]
        dS = dS * a[:, t, ..., None] + q[:, t, ..., None] * do[..., None, :]
    return {"u": d_u}, {"q": d_q, "k": d_k, "v": d_v, "g": d_g}, (dS,)
