"""An RWKV-6 recurrence in chunks of three steps, whose decays' gradient is made by suffix sums.

    o_t = (S_{t−1} + diag(u) k_t v_tᵀ)ᵀ q_t         P[t, s] = Σ_k q_t k_s exp(g_{s+1} + … + g_{t−1}) for s < t

so that what is read at step t has the decays up to step t − 1. The gradient of g_r is, of later steps,

    d_g[r] = Σ_{t > r} q_t ⊙ dq_t − Σ_{s ≥ r} k_s ⊙ dk_s + S_T ⊙ dS_T        without what u adds to dq and dk
"""

import numpy as np

from tests.layers.chunked.decays import decays_of

CHUNK = 3

# What the gradient of the decays is made of.
FORMS = {"g": ("q", "k", "S0")}


def read_before(within, start):
    """The decays up to the step before each: none up to step 0, and none of a step's own key."""
    empty = np.zeros_like(within[:, :1]), np.ones_like(start[:, :1])
    parts = (empty[0], within[:, :-1]), (empty[1], start[:, :-1])
    return tuple(np.concatenate(part, axis=1) for part in parts)


def forward(params, xs, state):
    u, (q, k, v, g) = params["u"], (xs[name] for name in "qkvg")
    (S,) = state
    outputs, tape = np.empty_like(v), []
    for first in range(0, q.shape[1], CHUNK):
        span = slice(first, first + CHUNK)
        within, start = decays_of(g[:, span])
        earlier, since = read_before(within, start)
        scores = np.einsum("ntak,nsak,ntsak->nats", q[:, span], k[:, span], earlier)
        new = np.einsum("ntak,ak,ntak->nta", q[:, span], u, k[:, span])
        outputs[:, span] = np.einsum("nats,nsav->ntav", scores, v[:, span]) + new[..., None] * v[:, span]
        outputs[:, span] += np.einsum("ntak,nakv->ntav", q[:, span] * since, S)
        tape.append((span, within, start, scores, new, S))
        kept = k[:, span] * within[:, -1]
        S = start[:, -1, ..., None] * S + np.einsum("nsak,nsav->nakv", kept, v[:, span])
    return outputs, (S.copy(),), (u, q, k, v, S, tape)


def backward(saved, d_outputs, d_state):
    u, q, k, v, S, tape = saved
    d_q, d_k, d_v = (np.empty_like(array) for array in (q, k, v))
    (dS,) = d_state
    last = (S * dS).sum(axis=-1)
    for span, within, start, scores, new, S_before in reversed(tape):
        do = d_outputs[:, span]
        earlier, since = read_before(within, start)
        d_scores = np.einsum("ntav,nsav->nats", do, v[:, span])
        d_q[:, span] = np.einsum("nats,nsak,ntsak->ntak", d_scores, k[:, span], earlier)
        d_q[:, span] += since * np.einsum("nakv,ntav->ntak", S_before, do)
        d_k[:, span] = np.einsum("nats,ntak,ntsak->nsak", d_scores, q[:, span], earlier)
        d_k[:, span] += within[:, -1] * np.einsum("nakv,nsav->nsak", dS, v[:, span])
        d_v[:, span] = np.einsum("nats,ntav->nsav", scores, do) + new[..., None] * do
        d_v[:, span] += np.einsum("nsak,nakv->nsav", k[:, span] * within[:, -1], dS)
        dS = start[:, -1, ..., None] * dS + np.einsum("ntak,ntav->nakv", q[:, span] * since, do)
    of_q, of_k = q * d_q, k * d_k
    terms = np.concatenate([of_q[:, 1:], 0 * of_q[:, :1]], axis=1) - of_k
    d_g = np.cumsum(terms[:, ::-1], axis=1)[:, ::-1] + last[:, None]
    d_new = (d_outputs * v).sum(axis=-1)[..., None]
    d_u = (d_new * q * k).sum(axis=(0, 1))
    d_q, d_k = d_q + d_new * u * k, d_k + d_new * u * q
    return {"u": d_u}, {"q": d_q, "k": d_k, "v": d_v, "g": d_g}, (dS,)
