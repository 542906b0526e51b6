"""A plain RWKV-7 recurrence: a generalised delta rule with a decay and a rate of each key."""

import numpy as np


def forward(params, xs, state):
    q, k, v, kappa, a, w = *(xs[name] for name in ("q", "k", "v", "kappa", "a")), np.exp(xs["g"])
    (S,) = state
    outputs, states = np.empty_like(v), [S]
    for t in range(q.shape[1]):
        gone = np.einsum("nakv,nak->nav", S, kappa[:, t])
        S = w[:, t, ..., None] * S - (a[:, t] * kappa[:, t])[..., None] * gone[..., None, :]
        S = S + k[:, t, ..., None] * v[:, t, ..., None, :]
        outputs[:, t] = np.einsum("nakv,nak->nav", S, q[:, t])
        states.append(S)
    return outputs, (S.copy(),), (q, k, v, kappa, a, w, states)


def backward(saved, d_outputs, d_state):
    q, k, v, kappa, a, w, states = saved
    d_q, d_k, d_v, d_kappa, d_a, d_g = (np.empty_like(array) for array in (q, k, v, kappa, a, w))
    (dS,) = d_state
    for t in reversed(range(q.shape[1])):
        do, S = d_outputs[:, t], states[t]
        gone = np.einsum("nakv,nak->nav", S, kappa[:, t])
        d_q[:, t] = np.einsum("nakv,nav->nak", states[t + 1], do)
        dS = dS + q[:, t, ..., None] * do[..., None, :]
        d_k[:, t] = np.einsum("nakv,nav->nak", dS, v[:, t])
        d_v[:, t] = np.einsum("nakv,nak->nav", dS, k[:, t])
        d_taken = -np.einsum("nakv,nav->nak", dS, gone)
        d_gone = -np.einsum("nakv,nak->nav", dS, a[:, t] * kappa[:, t])
        d_a[:, t] = d_taken * kappa[:, t]
        d_kappa[:, t] = d_taken * a[:, t] + np.einsum("nakv,nav->nak", S, d_gone)
        d_g[:, t] = (dS * S).sum(axis=-1) * w[:, t]
        dS = dS * w[:, t, ..., None] + kappa[:, t, ..., None] * d_gone[..., None, :]
    return {}, {"q": d_q, "k": d_k, "v": d_v, "kappa": d_kappa, "a": d_a, "g": d_g}, (dS,)
