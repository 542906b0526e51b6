"""A plain gated linear attention with one decay of each head."""

import numpy as np


def forward(params, xs, state):
    q, k, v, a = xs["q"], xs["k"], xs["v"], np.exp(xs["g"])
    (S,) = state
    outputs, states = np.empty_like(v), [S]
    for t in range(q.shape[1]):
        S = a[:, t, :, None, None] * S + k[:, t, ..., None] * v[:, t, ..., None, :]
        outputs[:, t] = np.einsum("nakv,nak->nav", S, q[:, t])
        states.append(S)
    return outputs, (S.copy(),), (q, k, v, a, states)


def backward(saved, d_outputs, d_state):
    q, k, v, a, states = saved
    d_q, d_k, d_v, d_g = (np.empty_like(array) for array in (q, k, v, a))
    (dS,) = d_state
    for t in reversed(range(q.shape[1])):
        do = d_outputs[:, t]
        d_q[:, t] = np.einsum("nakv,nav->nak", states[t + 1], do)
        dS = dS + q[:, t, ..., None] * do[..., None, :]
        d_k[:, t] = np.einsum("nakv,nav->nak", dS, v[:, t])
        d_v[:, t] = np.einsum("nakv,nak->nav", dS, k[:, t])
        d_g[:, t] = (dS * states[t]).sum(axis=(-1, -2)) * a[:, t]
        dS = dS * a[:, t, :, None, None]
    return {}, {"q": d_q, "k": d_k, "v": d_v, "g": d_g}, (dS,)
