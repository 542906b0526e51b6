"""An mLSTM in chunks of three steps; the gradients of its gates are those of what is not stabilised.

With φ_t = log σ(f_t), and C, n, m before the chunk, the stabiliser is the largest of the exponents,

    m_t = max(m + φ_0 + … + φ_t, max_{s ≤ t} (i_s + φ_{s+1} + … + φ_t))

    D[t, s] = exp(i_s + φ_{s+1} + … + φ_t − m_t)        γ_t = exp(m + φ_0 + … + φ_t − m_t)
    P[t, s] = (q_t · k_s) D[t, s]
    h_t     = (γ_t Cᵀ q_t + Σ_s P[t, s] v_s) / max(|γ_t n · q_t + Σ_s P[t, s]|, exp(−m_t))

C exp(m) and n exp(m) know no stabiliser, nor does h_t. So the gradients of i and φ are had as if there were
none, those of φ by suffix sums over all steps,

    d_i[s] = k_s · dk_s        d_φ[r] = Σ_{t ≥ r} (q_t · dq_t − k_t · dk_t) + C_T · dC_T + n_T · dn_T

and only what the final states have of m_T, dm_T − C_T · dC_T − n_T · dn_T, flows along the exponent that is
the largest: to its i_s, or to m_0, and to every φ after it.

Source: Beck et al., *xLSTM*, arXiv 2405.04517, appendix A.3, whose whole sequence is one chunk.
"""

import numpy as np

CHUNK = 3

# What the gradient of the forget gate is made of.
FORMS = {"f": ("q", "k", "C0", "n0")}


def exponents(keep, i, m):
    """i_s + φ_{s+1} + … + φ_t (N, L, L, A), −∞ where s > t; m + φ_0 + … + φ_t (N, L, A); m_t (N, L, A)."""
    length = i.shape[1]
    within = np.full((len(i), length, length, i.shape[2]), -np.inf, i.dtype)
    start = m[:, None] + np.cumsum(keep, axis=1)
    for s in range(length):
        within[:, s:, s] = i[:, s, None]
        within[:, s + 1 :, s] += np.cumsum(keep[:, s + 1 :], axis=1)
    return within, start, np.maximum(within.max(axis=2), start)


def forward(params, xs, state):
    q, k, v, i, f = (xs[name] for name in "qkvif")
    C, n, m = state
    keep = -np.logaddexp(0, -f)
    outputs, tape, largest = np.empty_like(v), [], []
    for first in range(0, q.shape[1], CHUNK):
        span = slice(first, first + CHUNK)
        within, start, stabilisers = exponents(keep[:, span], i[:, span], m)
        D, gamma = np.exp(within - stabilisers[:, :, None]), np.exp(start - stabilisers)[..., None]
        scores = np.einsum("ntak,nsak->ntsa", q[:, span], k[:, span]) * D
        along = gamma[..., 0] * np.einsum("ntak,nak->nta", q[:, span], n) + scores.sum(axis=2)
        least = np.exp(-stabilisers)
        size = np.maximum(np.abs(along), least)
        read = gamma * np.einsum("ntak,nakv->ntav", q[:, span], C)
        outputs[:, span] = (read + np.einsum("ntsa,nsav->ntav", scores, v[:, span])) / size[..., None]
        tape.append((span, D, gamma, scores, along, least, size, C, n))
        # Which exponent is the largest at the chunk's end: 0 that of m, s + 1 that of i_s.
        ends = np.concatenate([start[:, -1:], within[:, -1]], axis=1)
        largest.append((first, ends.argmax(axis=1)))
        key = k[:, span] * D[:, -1, ..., None]
        C = gamma[:, -1, ..., None] * C + np.einsum("nsak,nsav->nakv", key, v[:, span])
        n = gamma[:, -1] * n + key.sum(axis=1)
        m = stabilisers[:, -1]
    return outputs, (C.copy(), n.copy(), m.copy()), (xs, outputs.copy(), C, n, tape, largest)


def backward(saved, d_outputs, d_state):
    xs, outputs, C_T, n_T, tape, largest = saved
    q, k, v, f = (xs[name] for name in "qkvf")
    d_q, d_k, d_v = (np.empty_like(array) for array in (q, k, v))
    dC, dn, dm = d_state
    last = (C_T * dC).sum(axis=(-1, -2)) + (n_T * dn).sum(axis=-1)
    for span, D, gamma, scores, along, least, size, C, n in reversed(tape):
        d_read = d_outputs[:, span] / size[..., None]
        d_size = -(d_read * outputs[:, span]).sum(axis=-1)
        d_along = np.where(np.abs(along) > least, d_size * np.sign(along), 0)
        d_scores = np.einsum("ntav,nsav->ntsa", d_read, v[:, span]) + d_along[:, :, None]
        d_scores *= D
        key, d_along = D[:, -1, ..., None], d_along[..., None]
        d_q[:, span] = np.einsum("ntsa,nsak->ntak", d_scores, k[:, span])
        d_q[:, span] += gamma * (np.einsum("nakv,ntav->ntak", C, d_read) + d_along * n[:, None])
        d_k[:, span] = np.einsum("ntsa,ntak->nsak", d_scores, q[:, span])
        d_k[:, span] += key * (np.einsum("nakv,nsav->nsak", dC, v[:, span]) + dn[:, None])
        d_v[:, span] = np.einsum("ntsa,ntav->nsav", scores, d_read)
        d_v[:, span] += np.einsum("nsak,nakv->nsav", k[:, span] * key, dC)
        decayed = gamma * q[:, span]
        dC = gamma[:, -1, ..., None] * dC + np.einsum("ntak,ntav->nakv", decayed, d_read)
        dn = gamma[:, -1] * dn + (decayed * d_along).sum(axis=1)
    d_i = (k * d_k).sum(axis=-1)
    terms = (q * d_q).sum(axis=-1) - d_i
    d_keep = np.cumsum(terms[:, ::-1], axis=1)[:, ::-1] + last[:, None]
    d_m = (tape[0][-2] * dC).sum(axis=(-1, -2)) + (tape[0][-1] * dn).sum(axis=-1)
    # Along the largest exponent, chunk by chunk from the end, as far as there is one that began before.
    along = dm - last
    for first, ends in reversed(largest):
        for s in reversed(range(first, min(first + CHUNK, q.shape[1]))):
            begins = ends == s - first + 1
            d_i[:, s] += np.where(begins, along, 0)
            along = np.where(begins, 0, along)
            d_keep[:, s] += along
    return {}, {"q": d_q, "k": d_k, "v": d_v, "i": d_i, "f": d_keep / (1 + np.exp(f))}, (dC, dn, d_m + along)
