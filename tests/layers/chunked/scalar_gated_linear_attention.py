"""A gated linear attention with one decay of each head, in chunks of three steps.

    S_t = γ_t S + Σ_{s ≤ t} D[t, s] k_s v_sᵀ        P[t, s] = (q_t · k_s) D[t, s]        S: before the chunk
    o_t = γ_t Sᵀ q_t + Σ_s P[t, s] v_s              γ_t = exp(g_0 + … + g_t), D[t, s] = exp(g_{s+1} + … + g_t)

Back, of P to q_t · k_s and to the logarithm of D, and what the chunk's last matrix gives to each:

    dP[t, s]      = do_t · v_s
    dS            = γ_{L−1} dS′ + Σ_t γ_t q_t do_tᵀ

Source: Dao and Gu, *Transformers are SSMs*, arXiv 2405.21060, section 6.
"""

import numpy as np

from tests.layers.chunked.decays import decays_of, of_logarithms

CHUNK = 3


def forward(params, xs, state):
    q, k, v, g = (xs[name] for name in "qkvg")
    (S,) = state
    outputs, tape = np.empty_like(v), []
    for first in range(0, q.shape[1], CHUNK):
        span = slice(first, first + CHUNK)
        D, start = decays_of(g[:, span])
        scores = np.einsum("ntak,nsak->ntsa", q[:, span], k[:, span])
        read = np.einsum("ntak,nakv->ntav", q[:, span], S)
        outputs[:, span] = np.einsum("ntsa,nsav->ntav", scores * D, v[:, span]) + start[..., None] * read
        tape.append((span, D, start, scores, read, S))
        written = np.einsum("nsak,nsav->nakv", k[:, span] * D[:, -1, ..., None], v[:, span])
        S = start[:, -1, :, None, None] * S + written
    return outputs, (S.copy(),), (q, k, v, tape)


def backward(saved, d_outputs, d_state):
    q, k, v, tape = saved
    d_q, d_k, d_v = (np.empty_like(array) for array in (q, k, v))
    d_g = np.empty_like(q[..., 0])
    (dS,) = d_state
    for span, D, start, scores, read, S in reversed(tape):
        do = d_outputs[:, span]
        d_scores = np.einsum("ntav,nsav->ntsa", do, v[:, span]) * D
        last = D[:, -1, ..., None]
        # What each step wrote, and how much of it the last matrix has.
        pulled = np.einsum("nakv,nsav->nsak", dS, v[:, span])
        d_last = (k[:, span] * pulled).sum(axis=-1) * D[:, -1]
        d_q[:, span] = np.einsum("ntsa,nsak->ntak", d_scores, k[:, span])
        d_q[:, span] += start[..., None] * np.einsum("nakv,ntav->ntak", S, do)
        d_k[:, span] = np.einsum("ntsa,ntak->nsak", d_scores, q[:, span]) + last * pulled
        d_v[:, span] = np.einsum("ntsa,ntav->nsav", scores * D, do)
        d_v[:, span] += np.einsum("nsak,nakv->nsav", k[:, span] * last, dS)
        d_within, d_start = d_scores * scores, start * (do * read).sum(axis=-1)
        d_within[:, -1] += d_last
        d_start[:, -1] += start[:, -1] * (dS * S).sum(axis=(-1, -2))
        d_g[:, span] = of_logarithms(d_within, d_start)
        dS = start[:, -1, :, None, None] * dS
        dS = dS + np.einsum("ntak,ntav->nakv", q[:, span] * start[..., None], do)
    return {}, {"q": d_q, "k": d_k, "v": d_v, "g": d_g}, (dS,)
