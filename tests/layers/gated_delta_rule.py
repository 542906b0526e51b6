"""A plain gated delta rule, step by step: the matrix decays before it is corrected."""

import numpy as np


def forward(params, xs, state):
    q, k, v, beta, a = xs["q"], xs["k"], xs["v"], xs["beta"], np.exp(xs["g"])
    (S,) = state
    outputs, states = np.empty_like(v), [S]
    for t in range(q.shape[1]):
        S = a[:, t, :, None, None] * S
        error = v[:, t] - np.einsum("nakv,nak->nav", S, k[:, t])
        S = S + k[:, t, ..., None] * (beta[:, t, :, None] * error)[..., None, :]
        outputs[:, t] = np.einsum("nakv,nak->nav", S, q[:, t])
        states.append(S)
    return outputs, (S.copy(),), (q, k, v, beta, a, states)


def backward(saved, d_outputs, d_state):
    q, k, v, beta, a, states = saved
    d_q, d_k, d_v, d_beta, d_g = (np.empty_like(array) for array in (q, k, v, beta, a))
    (dS,) = d_state
    for t in reversed(range(q.shape[1])):
        do, S = d_outputs[:, t], a[:, t, :, None, None] * states[t]
        error = v[:, t] - np.einsum("nakv,nak->nav", S, k[:, t])
        d_q[:, t] = np.einsum("nakv,nav->nak", states[t + 1], do)
        dS = dS + q[:, t, ..., None] * do[..., None, :]
        pulled = np.einsum("nakv,nak->nav", dS, k[:, t])
        d_error = beta[:, t, :, None] * pulled
        d_beta[:, t] = (pulled * error).sum(axis=-1)
        d_v[:, t] = d_error
        d_k[:, t] = np.einsum("nakv,nav->nak", dS, beta[:, t, :, None] * error)
        d_k[:, t] -= np.einsum("nakv,nav->nak", S, d_error)
        dS = dS - k[:, t, ..., None] * d_error[..., None, :]
        d_g[:, t] = (dS * S).sum(axis=(-1, -2))
        dS = a[:, t, :, None, None] * dS
    return {}, {"q": d_q, "k": d_k, "v": d_v, "beta": d_beta, "g": d_g}, (dS,)
