"""The GRU's loops, compiled: the equations of ``rnn.cells.gru``, line for line.

See ``rnn.compiled.vanilla``.
"""

from typing import Any

import numpy as np

from rnn.arrays import Array
from rnn.cells.cell import Arrays
from rnn.cells.gru import GRU, GRUTape
from rnn.compiled.functions import KINDS, slope, value
from rnn.compiled.options import compiled
from rnn.compiled.steps import collect, first_active, flush, product, put
from rnn.spans import Spans


def forward(cell: GRU, tape: GRUTape, active: Array) -> None:
    """As ``GRU.forward``, of the first ``active[t]`` records at step t."""
    kinds = (KINDS[f] for f in cell.activations)
    _forward(*kinds, tape.rows, tape.states, tape.m, tape.gates, tape.M, active)


def local_derivatives(cell: GRU, tape: GRUTape, first: int) -> Arrays:
    """As ``GRU.local_derivatives``."""
    factors, gates, H = tape.da_buffer[first:], tape.gates[first:], cell.units
    kinds = (KINDS[f] for f in cell.activations)
    _local_derivatives(*kinds, tape.states[first:-1], tape.m[first:], gates, factors)
    return factors, gates[:, :, H : 2 * H]


def steps_back(
    W: Array, carry: Arrays, derivatives: Arrays, cotangents: Arrays, spans: Spans, das: Array, below: Any
) -> None:
    """As ``GRU.steps_back``, of every sweep of ``spans``: da is put into ``das``."""
    (dh,), (dhs,) = carry, cotangents
    _steps_back(W, dh, *derivatives, dhs, *spans, das, das is not derivatives[0], below)


@compiled
def _forward(gate, candidate, rows, states, m, gates, M, active):  # type: ignore[no-untyped-def]
    """m = h_prev Wᵀ + (0, 0, bn); then the gates, the candidate and h."""
    H = states.shape[2]
    rz, a_n = np.empty((m.shape[1], 2 * H), M.dtype), np.empty((m.shape[1], H), M.dtype)
    for t, N in enumerate(active):
        product(rows[t, :N], M, m[t, :N])  # m = [h_prev, 1] M
        for n in range(N):
            for j in range(2 * H):
                rz[n, j] = gates[t, n, j] + m[t, n, j]
        value(gate, rz[:N].reshape(-1))  # r, z = σ(p_r + m_r), σ(p_z + m_z)
        for n in range(N):
            for j in range(H):
                a_n[n, j] = gates[t, n, 2 * H + j] + rz[n, j] * m[t, n, 2 * H + j]
        value(candidate, a_n[:N].reshape(-1))  # n = φ(p_n + r ⊙ m_n)
        for n in range(N):
            for j in range(H):
                z, new = rz[n, H + j], a_n[n, j]
                states[t + 1, n, j] = new + z * (states[t, n, j] - new)  # h = (1 − z) ⊙ n + z ⊙ h_prev
                gates[t, n, j], gates[t, n, H + j], gates[t, n, 2 * H + j] = rz[n, j], z, new


@compiled
def _local_derivatives(gate, candidate, hs_prev, m, gates, factors):  # type: ignore[no-untyped-def]
    """The factors of da_n, da_r, da_z, dm_n."""
    (T, N, H), one = hs_prev.shape, hs_prev.dtype.type(1)
    for t in range(T):
        for i in range(N):
            y, F = gates[t, i], factors[t, i]
            for j in range(H):
                r, z, n = y[j], y[H + j], y[2 * H + j]
                F_n = slope(candidate, n, one) * (one - z)
                F[j] = F_n  # (1 − z) ⊙ φ′(a_n)
                F[H + j] = slope(gate, r, one) * m[t, i, 2 * H + j] * F_n  # F_n ⊙ m_n ⊙ σ′(a_r)
                F[2 * H + j] = slope(gate, z, one) * (hs_prev[t, i, j] - n)  # (h_prev − n) ⊙ σ′(a_z)
                F[3 * H + j] = F_n * r  # F_n ⊙ r


@compiled
def _steps_back(W, dh, factors, zs, dhs, firsts, seeds, stops, first_loss, das, adds, below):  # type: ignore[no-untyped-def]
    """da_n, da_r, da_z and dm_n from dh; dh_prev = dm W + dh ⊙ z, written over dh."""
    sweeps, (_, N, H) = len(firsts), zs.shape
    da, dm = np.empty((sweeps * N, 4 * H), W.dtype), np.empty((sweeps * N, 3 * H), W.dtype)
    kept = np.empty((sweeps * N, H), W.dtype)
    for offset in range(stops[-1] - firsts[-1]):
        active = first_active(firsts, stops, offset)
        for sweep in range(active, sweeps):
            t, rows = stops[sweep] - 1 - offset, slice(sweep * N, (sweep + 1) * N)
            flush(dh[rows], below)
            if t >= seeds[sweep]:
                collect(dh[rows], dhs[t - first_loss])
            for n in range(N):
                r = sweep * N + n
                for gate in range(4):
                    for j in range(H):
                        da[r, gate * H + j] = dh[r, j] * factors[t, n, gate * H + j]
                for j in range(3 * H):
                    dm[r, j] = da[r, H + j]
                for j in range(H):
                    kept[r, j] = dh[r, j] * zs[t, n, j]
            put(da[rows], das[t], adds)
        product(dm[active * N :], W, dh[active * N :])
        collect(dh[active * N :], kept[active * N :])  # dh_prev = dm W + dh ⊙ z
