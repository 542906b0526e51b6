"""A gated delta rule in chunks (three steps by default): the WY form of ``delta_rule``; products decay.

With D[t, s] = exp(g_{s+1} + … + g_t) for s ≤ t, and γ_t = exp(g_0 + … + g_t), which multiplies rows,

    M U = β (V − γ K S)     M = I + β tril(K Kᵀ ⊙ D, −1)
    O   = γ Q S + P U       P = tril(Q Kᵀ ⊙ D)
    S′  = γ_{L−1} S + (δ K)ᵀ U        δ_s = D[L − 1, s]

Back, what flows to K Kᵀ ⊙ D, to Q Kᵀ ⊙ D, to γ and to δ flows to the logarithms that they are made of.

Source: Yang, Kautz and Hatamizadeh, *Gated delta networks*, arXiv 2412.06464, section 3.3.
"""

import numpy as np

from tests.layers.chunked.decays import decays_of, of_logarithms
from tests.layers.chunked.delta_rule import CHUNK, heads_first, solved, solved_back, turned


def forward(params, xs, state, chunk=CHUNK):
    (S,) = state
    outputs, tape = np.empty_like(xs["v"]), []
    for first in range(0, outputs.shape[1], chunk):
        span = slice(first, first + chunk)
        Q, K, V, beta = (heads_first(xs[name][:, span]) for name in ("q", "k", "v", "beta"))
        beta = beta[..., None]
        D, start = decays_of(xs["g"][:, span])
        D, start = np.moveaxis(D, -1, 1), heads_first(start)[..., None]
        N, P, read = np.tril(K @ turned(K) * D, -1), Q @ turned(K) * D, K @ S
        E = V - start * read
        M = np.eye(N.shape[-1], dtype=N.dtype) + beta * N
        U = solved(M, beta * E)
        outputs[:, span] = heads_first(start * (Q @ S) + P @ U)
        tape.append((span, Q, K, beta, D, start, M, N, P, read, E, U, S))
        S = start[:, :, -1:] * S + turned(D[:, :, -1, :, None] * K) @ U
    return outputs, (S.copy(),), (xs, tape)


def backward(saved, d_outputs, d_state):
    xs, tape = saved
    d_xs = {name: np.empty_like(array) for name, array in xs.items()}
    (dS,) = d_state
    for span, Q, K, beta, D, start, M, N, P, read, E, U, S in reversed(tape):
        dO, last = heads_first(d_outputs[:, span]), D[:, :, -1, :, None]
        dU, dP = turned(P) @ dO + last * (K @ dS), np.tril(dO @ turned(U))
        dR = solved_back(M, dU)
        dM, dV = -np.tril(dR @ turned(U), -1), beta * dR
        dN, pulled = beta * dM, U @ turned(dS)
        d_read, d_queried = start * dV, start * dO
        of_queries, of_keys = dP * D, dN * D
        d_xs["q"][:, span] = heads_first(d_queried @ turned(S) + of_queries @ K)
        dK = turned(of_queries) @ Q + last * pulled - d_read @ turned(S)
        d_xs["k"][:, span] = heads_first(dK + of_keys @ K + turned(of_keys) @ K)
        d_xs["v"][:, span] = heads_first(dV)
        d_xs["beta"][:, span] = heads_first((dR * E).sum(axis=-1) + (dM * N).sum(axis=-1))
        d_D = dP * P + dN * N
        d_D[:, :, -1] += (last * K * pulled).sum(axis=-1)
        d_start = (d_queried * (Q @ S) - d_read * read).sum(axis=-1)
        d_start[:, :, -1] += start[:, :, -1, 0] * (dS * S).sum(axis=(-1, -2))
        d_xs["g"][:, span] = of_logarithms(np.moveaxis(d_D, 1, -1), heads_first(d_start))
        dS = start[:, :, -1:] * dS + turned(Q) @ d_queried - turned(K) @ d_read
    return {}, d_xs, (dS,)
