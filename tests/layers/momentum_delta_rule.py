"""A plain gated delta rule with momentum, step by step."""

import numpy as np


def forward(params, xs, state):
    q, k, v, beta, mu, a = *(xs[name] for name in ("q", "k", "v", "beta", "mu")), np.exp(xs["g"])
    S, M = state
    outputs, states = np.empty_like(v), [(S, M)]
    for t in range(q.shape[1]):
        error = v[:, t] - np.einsum("nakv,nak->nav", S, k[:, t])
        move = k[:, t, ..., None] * (beta[:, t, :, None] * error)[..., None, :]
        M = mu[:, t, :, None, None] * M + move
        S = a[:, t, :, None, None] * S + M
        outputs[:, t] = np.einsum("nakv,nak->nav", S, q[:, t])
        states.append((S, M))
    return outputs, (S.copy(), M.copy()), (q, k, v, beta, mu, a, states)


def backward(saved, d_outputs, d_state):
    q, k, v, beta, mu, a, states = saved
    d_q, d_k, d_v, d_beta, d_mu, d_g = (np.empty_like(array) for array in (q, k, v, beta, mu, a))
    dS, dM = d_state
    for t in reversed(range(q.shape[1])):
        do, (S, M) = d_outputs[:, t], states[t]
        error = v[:, t] - np.einsum("nakv,nak->nav", S, k[:, t])
        d_q[:, t] = np.einsum("nakv,nav->nak", states[t + 1][0], do)
        dS = dS + q[:, t, ..., None] * do[..., None, :]
        dM = dM + dS
        pulled = np.einsum("nakv,nak->nav", dM, k[:, t])
        d_error = beta[:, t, :, None] * pulled
        d_beta[:, t] = (pulled * error).sum(axis=-1)
        d_v[:, t] = d_error
        d_k[:, t] = np.einsum("nakv,nav->nak", dM, beta[:, t, :, None] * error)
        d_k[:, t] -= np.einsum("nakv,nav->nak", S, d_error)
        d_mu[:, t] = (dM * M).sum(axis=(-1, -2))
        d_g[:, t] = (dS * S).sum(axis=(-1, -2)) * a[:, t]
        dS = a[:, t, :, None, None] * dS - k[:, t, ..., None] * d_error[..., None, :]
        dM = mu[:, t, :, None, None] * dM
    return {}, {"q": d_q, "k": d_k, "v": d_v, "beta": d_beta, "g": d_g, "mu": d_mu}, (dS, dM)
