"""The GRU's loops, compiled: the equations of ``rnn.cells.gru``, line for line.

See ``rnn.compiled.vanilla``.
"""

from typing import Any

import numpy as np

from rnn.arrays import Array
from rnn.cells.cell import Arrays
from rnn.cells.gru import GRU, GRUTape
from rnn.compiled.functions import KINDS, slopes, value
from rnn.compiled.options import compiled
from rnn.compiled.passes import add, add_times, complement, copy, minus, times
from rnn.compiled.steps import collect, factor, first_active, flush, product, put
from rnn.spans import Spans


def forward(cell: GRU, tape: GRUTape, active: Array) -> None:
    """As ``GRU.forward``, of the first ``active[t]`` records at step t."""
    kinds = (KINDS[f] for f in cell.activations)
    _forward(*kinds, tape.rows, tape.states, tape.m, tape.gates, factor(tape.M, tape.rows.shape[1]), active)


def local_derivatives(cell: GRU, tape: GRUTape, first: int) -> Arrays:
    """As ``GRU.local_derivatives``."""
    factors, gates = tape.da_buffer[first:], tape.gates[first:]
    kinds = (KINDS[f] for f in cell.activations)
    _local_derivatives(*kinds, tape.states[first:-1], tape.m[first:], gates, factors)
    return factors, gates


def steps_back(
    W: Array, carry: Arrays, derivatives: Arrays, cotangents: Arrays, spans: Spans, das: Array, below: Any
) -> None:
    """As ``GRU.steps_back``, of every sweep of ``spans``: da is put into ``das``."""
    (dh,), (dhs,) = carry, cotangents
    _steps_back(factor(W, len(dh)), dh, *derivatives, dhs, *spans, das, das is not derivatives[0], below)


@compiled
def _forward(gate, candidate, rows, states, m, gates, by, active):  # type: ignore[no-untyped-def]
    """m = h_prev Wᵀ + (0, 0, bn); then the gates, the candidate and h."""
    H = states.shape[2]
    rz, a_n = np.empty((m.shape[1], 2 * H), m.dtype), np.empty((m.shape[1], H), m.dtype)
    for t, N in enumerate(active):
        product(rows[t, :N], by, m[t, :N])  # m = [h_prev, 1] M
        for n in range(N):
            copy(gates[t, n, : 2 * H], rz[n])
            add(m[t, n, : 2 * H], rz[n])
        value(gate, rz[:N].reshape(-1))  # r, z = σ(p_r + m_r), σ(p_z + m_z)
        for n in range(N):
            copy(gates[t, n, 2 * H :], a_n[n])
            add_times(rz[n, :H], m[t, n, 2 * H :], a_n[n])
        value(candidate, a_n[:N].reshape(-1))  # n = φ(p_n + r ⊙ m_n)
        for n in range(N):
            z, new, h = rz[n, H:], a_n[n], states[t + 1, n]
            minus(states[t, n], new, h)
            times(z, h, h)
            add(new, h)  # h = (1 − z) ⊙ n + z ⊙ h_prev
            copy(rz[n], gates[t, n, : 2 * H])
            copy(new, gates[t, n, 2 * H :])


@compiled
def _local_derivatives(gate, candidate, hs_prev, m, gates, factors):  # type: ignore[no-untyped-def]
    """The factors of da_n, da_r, da_z, dm_n."""
    T, N, H = hs_prev.shape
    d, d_n = np.empty((N, 3 * H), m.dtype), np.empty((N, H), m.dtype)
    for t in range(T):
        y = gates[t]
        slopes(gate, y.reshape(-1), d.reshape(-1))  # σ′(a_r), σ′(a_z)
        for i in range(N):
            copy(y[i, 2 * H :], d_n[i])
        slopes(candidate, d_n.reshape(-1), d_n.reshape(-1))  # φ′(a_n)
        for i in range(N):
            F, r, z, n = factors[t, i], y[i, :H], y[i, H : 2 * H], y[i, 2 * H :]
            F_n, F_r, F_z = F[:H], F[H : 2 * H], F[2 * H : 3 * H]
            complement(z, F_n)
            times(F_n, d_n[i], F_n)  # (1 − z) ⊙ φ′(a_n)
            times(d[i, :H], m[t, i, 2 * H :], F_r)
            times(F_n, F_r, F_r)  # F_n ⊙ m_n ⊙ σ′(a_r)
            minus(hs_prev[t, i], n, F_z)
            times(F_z, d[i, H : 2 * H], F_z)  # (h_prev − n) ⊙ σ′(a_z)
            times(F_n, r, F[3 * H :])  # F_n ⊙ r


@compiled
def _steps_back(by, dh, factors, gates, dhs, firsts, seeds, stops, first_loss, das, adds, below):  # type: ignore[no-untyped-def]
    """da_n, da_r, da_z and dm_n from dh; dh_prev = dm W + dh ⊙ z, written over dh."""
    sweeps, (_, N, H3) = len(firsts), gates.shape
    H = H3 // 3
    da, dm = np.empty((sweeps * N, 4 * H), dh.dtype), np.empty((sweeps * N, 3 * H), dh.dtype)
    kept = np.empty((sweeps * N, H), dh.dtype)
    for offset in range(stops[-1] - firsts[-1]):
        active = first_active(firsts, stops, offset)
        for sweep in range(active, sweeps):
            t, rows = stops[sweep] - 1 - offset, slice(sweep * N, (sweep + 1) * N)
            flush(dh[rows], below)
            if t >= seeds[sweep]:
                collect(dh[rows], dhs[t - first_loss])
            for n in range(N):
                r, F = sweep * N + n, factors[t, n]
                for k in range(0, 4 * H, H):
                    times(dh[r], F[k : k + H], da[r, k : k + H])  # da_n, da_r, da_z, dm_n = dh ⊙ …
                copy(da[r, H:], dm[r])
                times(dh[r], gates[t, n, H : 2 * H], kept[r])
            put(da[rows], das[t], adds)
        product(dm[active * N :], by, dh[active * N :])
        collect(dh[active * N :], kept[active * N :])  # dh_prev = dm W + dh ⊙ z
