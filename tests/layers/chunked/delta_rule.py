"""A delta rule in chunks (three steps by default), corrected by one triangular system (the WY form).

With S before the chunk, Q, K (L, K), V (L, V), β (L,) of its steps, and the correction of each a row of U,

    S_t = S + Σ_{s ≤ t} k_s u_sᵀ        u_t = β_t (v_t − S_{t−1}ᵀ k_t)

    M U = β (V − K S)       M = I + β tril(K Kᵀ, −1)       β multiplies rows
    O   = Q S + P U         P = tril(Q Kᵀ)
    S′  = S + Kᵀ U

and back, from dO and dS′:

    dU  = Pᵀ dO + K dS′     dP = tril(dO Uᵀ)        dR = M⁻ᵀ dU, R = β (V − K S)
    dV  = β dR              dN = −tril(β dR Uᵀ, −1)        of N = K Kᵀ
    dβ  = Σ_v dR (V − K S) − Σ_s tril(dR Uᵀ, −1) (K Kᵀ)
    dQ  = dO Sᵀ + dP K      dK = dPᵀ Q + U dS′ᵀ − dV Sᵀ + (dN + dNᵀ) K
    dS  = dS′ + Qᵀ dO − Kᵀ dV

Source: Yang et al., *Parallelizing linear transformers with the delta rule*, arXiv 2406.06484, section 3.
"""

import numpy as np

CHUNK = 3


def heads_first(array):
    """(N, A, L, …) of an array (N, L, A, …), and the other way round."""
    return array.swapaxes(1, 2)


def turned(matrix):
    """The transpose of each matrix."""
    return matrix.swapaxes(-1, -2)


def solved(M, R):
    """M⁻¹ R of unit lower triangular matrices, row by row."""
    U = R.copy()
    for t in range(1, R.shape[-2]):
        U[..., t, :] -= np.einsum("...s,...sv->...v", M[..., t, :t], U[..., :t, :])
    return U


def solved_back(M, d_U):
    """M⁻ᵀ dU, from the last row on."""
    d_R = d_U.copy()
    for t in reversed(range(d_U.shape[-2])):
        d_R[..., t, :] -= np.einsum("...s,...sv->...v", M[..., t + 1 :, t], d_R[..., t + 1 :, :])
    return d_R


def forward(params, xs, state, chunk=CHUNK):
    (S,) = state
    outputs, tape = np.empty_like(xs["v"]), []
    for first in range(0, outputs.shape[1], chunk):
        span = slice(first, first + chunk)
        Q, K, V, beta = (heads_first(xs[name][:, span]) for name in ("q", "k", "v", "beta"))
        beta = beta[..., None]
        N, P, E = np.tril(K @ turned(K), -1), np.tril(Q @ turned(K)), V - K @ S
        M = np.eye(N.shape[-1], dtype=N.dtype) + beta * N
        U = solved(M, beta * E)
        outputs[:, span] = heads_first(Q @ S + P @ U)
        tape.append((span, Q, K, beta, M, N, P, E, U, S))
        S = S + turned(K) @ U
    return outputs, (S.copy(),), (xs, tape)


def backward(saved, d_outputs, d_state):
    xs, tape = saved
    d_xs = {name: np.empty_like(array) for name, array in xs.items()}
    (dS,) = d_state
    for span, Q, K, beta, M, N, P, E, U, S in reversed(tape):
        dO = heads_first(d_outputs[:, span])
        dU, dP = turned(P) @ dO + K @ dS, np.tril(dO @ turned(U))
        dR = solved_back(M, dU)
        dM, dV = -np.tril(dR @ turned(U), -1), beta * dR
        dN = beta * dM
        d_xs["q"][:, span] = heads_first(dO @ turned(S) + dP @ K)
        dK = turned(dP) @ Q + U @ turned(dS) - dV @ turned(S) + dN @ K + turned(dN) @ K
        d_xs["k"][:, span] = heads_first(dK)
        d_xs["v"][:, span] = heads_first(dV)
        d_xs["beta"][:, span] = heads_first((dR * E).sum(axis=-1) + (dM * N).sum(axis=-1))
        dS = dS + turned(Q) @ dO - turned(K) @ dV
    return {}, d_xs, (dS,)
