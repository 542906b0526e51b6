"""A plain delta rule, step by step."""

import numpy as np


def forward(params, xs, state):
    q, k, v, beta = xs["q"], xs["k"], xs["v"], xs["beta"]
    (S,) = state
    outputs, states = np.empty_like(v), [S]
    for t in range(q.shape[1]):
        error = v[:, t] - np.einsum("nakv,nak->nav", S, k[:, t])
        S = S + k[:, t, ..., None] * (beta[:, t, :, None] * error)[..., None, :]
        outputs[:, t] = np.einsum("nakv,nak->nav", S, q[:, t])
        states.append(S)
    return outputs, (S.copy(),), (q, k, v, beta, states)


def backward(saved, d_outputs, d_state):
    q, k, v, beta, states = saved
    d_q, d_k, d_v, d_beta = (np.empty_like(array) for array in (q, k, v, beta))
    (dS,) = d_state
    for t in reversed(range(q.shape[1])):
        do, S = d_outputs[:, t], states[t]
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
    return {}, {"q": d_q, "k": d_k, "v": d_v, "beta": d_beta}, (dS,)
