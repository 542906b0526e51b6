"""The GRU's loops, compiled: the equations of ``rnn.cells.gru``, line for line.

See ``rnn.compiled.vanilla``.
"""

from typing import Any

import numpy as np

from rnn.cells.cell import Arrays
from rnn.cells.gru import GRU, GRUTape, GRUWeights, Reset
from rnn.common.arrays import Array
from rnn.compiled.blocks import in_blocks
from rnn.compiled.functions import KINDS, slopes, value
from rnn.compiled.options import compiled
from rnn.compiled.passes import add, add_times, complement, copy, minus, times
from rnn.compiled.products import of_rows, over_rows
from rnn.compiled.steps import ahead, carry_back, collect, first_active, flush, put
from rnn.compiled.tiles import arranged, multiply
from rnn.through_time.spans import Spans


def project(cell: GRU, weights: Reset, tape: GRUTape, xs: Array, state: Arrays) -> None:
    """As ``GRU.project``: p = x Uᵀ + b of every step, in the place of the gates; and M."""
    H, M, P = cell.units, tape.M, tape.P
    (tape.states[0],) = state
    tape.inputs[:, :, :-1] = xs.swapaxes(0, 1)
    P[:-1], P[-1] = weights.U.T, weights.b
    M[:H], M[H, : 2 * H], M[H, 2 * H :] = weights.W.T, 0, weights.bn
    of_rows(tape.inputs.reshape(-1, len(P)), P, out=tape.gates.reshape(-1, 3 * H))


def forward(cell: GRU, weights: Reset, tape: GRUTape, xs: Array, state: Arrays, active: Array) -> None:
    """As ``GRU.project`` and ``GRU.forward``, of the first ``active[t]`` records at step t."""
    project(cell, weights, tape, xs, state)
    kinds = [KINDS[f] for f in cell.activations]
    arrays = tape.rows, tape.m, tape.gates, tape.M
    in_blocks(_forward, (*kinds, *arrays, active), tape.rows.shape[1], len(active) * tape.M.nbytes)


def local_derivatives(cell: GRU, tape: GRUTape, first: int) -> Arrays:
    """The places of the factors of da, as in ``rnn.compiled.vanilla``; gates, m and the rows with h_prev."""
    return tape.da_buffer[first:], tape.gates[first:], tape.m[first:], tape.rows[first:-1]


def steps_back(
    cell: GRU,
    W: Array,
    carry: Arrays,
    derivatives: Arrays,
    cotangents: Arrays,
    spans: Spans,
    das: Array,
    below: Any,
) -> None:
    """As ``GRU.steps_back``, of every sweep of ``spans``: da is put into ``das``."""
    (dh,), (dhs,), kinds = carry, cotangents, tuple(KINDS[f] for f in cell.activations)
    given = kinds, W, dh, *derivatives, dhs, spans[:-1], das, das is not derivatives[0], below
    in_blocks(_steps_back, given, das.shape[1], spans.visits * W.nbytes)


def project_back(
    cell: GRU, weights: Reset, tape: GRUTape, das: Array, first: int
) -> tuple[GRUWeights, Array]:
    """As ``GRU.project_back``.

    [dU db] = Σ_t da_tᵀ [x_t, 1]; [dW (·, ·, dbn)] = Σ_t dm_tᵀ [h_t, 1]; dx_t = da_t U.
    """
    H, rows = cell.units, das.reshape(-1, das.shape[2])
    dP = over_rows(rows, tape.inputs[first:].reshape(len(rows), -1), 0, 3 * H)
    dM = over_rows(rows, tape.rows[first:-1].reshape(len(rows), -1), H, 4 * H)
    # das are stacked n, r, z, and the weights r, z, n.
    dP = np.concatenate((dP[H:], dP[:H]))
    U = np.ascontiguousarray(np.concatenate((weights.U[2 * H :], weights.U[: 2 * H])))
    dxs = of_rows(rows, U, 0, 3 * H).reshape(*das.shape[:2], cell.inputs)
    return GRUWeights(U=dP[:, :-1], W=dM[:, :H], b=dP[:, -1], bn=dM[2 * H :, H]), dxs


@compiled
def _forward(gate, candidate, rows, m, gates, M, active, lo, hi):  # type: ignore[no-untyped-def]
    """m = h_prev Wᵀ + (0, 0, bn); then the gates, the candidate and h."""
    H, panels = m.shape[2] // 3, arranged(M)
    rz, a_n = np.empty((m.shape[1], 2 * H), m.dtype), np.empty((m.shape[1], H), m.dtype)
    for t, N in enumerate(active):
        now = slice(lo, max(lo, min(N, hi)))
        multiply(rows[t, now], panels, m[t, now])  # m = [h_prev, 1] M
        for n in range(now.start, now.stop):
            copy(gates[t, n, : 2 * H], rz[n])
            add(m[t, n, : 2 * H], rz[n])
        value(gate, rz[now].reshape(-1))  # r, z = σ(p_r + m_r), σ(p_z + m_z)
        for n in range(now.start, now.stop):
            copy(gates[t, n, 2 * H :], a_n[n])
            add_times(rz[n, :H], m[t, n, 2 * H :], a_n[n])
        value(candidate, a_n[now].reshape(-1))  # n = φ(p_n + r ⊙ m_n)
        for n in range(now.start, now.stop):
            z, new, h = rz[n, H:], a_n[n], rows[t + 1, n, :H]
            minus(rows[t, n, :H], new, h)
            times(z, h, h)
            add(new, h)  # h = (1 − z) ⊙ n + z ⊙ h_prev
            copy(rz[n], gates[t, n, : 2 * H])
            copy(new, gates[t, n, 2 * H :])


@compiled
def _local_derivatives(kinds, rows, m, gates, factors, d, d_n, steps, lo, hi):  # type: ignore[no-untyped-def]
    """Of some steps the factors of da_n, da_r, da_z, dm_n."""
    (gate, candidate), H, now = kinds, d_n.shape[1], slice(lo, hi)
    for t in steps:
        y = gates[t]
        slopes(gate, y[now].reshape(-1), d[now].reshape(-1))  # σ′(a_r), σ′(a_z)
        for i in range(lo, hi):
            copy(y[i, 2 * H :], d_n[i])
        slopes(candidate, d_n[now].reshape(-1), d_n[now].reshape(-1))  # φ′(a_n)
        for i in range(lo, hi):
            F, r, z, n = factors[t, i], y[i, :H], y[i, H : 2 * H], y[i, 2 * H :]
            F_n, F_r, F_z = F[:H], F[H : 2 * H], F[2 * H : 3 * H]
            complement(z, F_n)
            times(F_n, d_n[i], F_n)  # (1 − z) ⊙ φ′(a_n)
            times(d[i, :H], m[t, i, 2 * H :], F_r)
            times(F_n, F_r, F_r)  # F_n ⊙ m_n ⊙ σ′(a_r)
            minus(rows[t, i, :H], n, F_z)
            times(F_z, d[i, H : 2 * H], F_z)  # (h_prev − n) ⊙ σ′(a_z)
            times(F_n, r, F[3 * H :])  # F_n ⊙ r


@compiled
def _steps_back(kinds, W, dh, factors, gates, m, hs, dhs, spans, das, adds, below, lo, hi):  # type: ignore[no-untyped-def]
    """da_n, da_r, da_z and dm_n from dh; dh_prev = dm W + dh ⊙ z, written over dh."""
    (firsts, seeds, stops, first_loss), (_, N, H3) = spans, gates.shape
    sweeps, H, panels = len(firsts), H3 // 3, arranged(W)
    da, dm = np.empty((sweeps * N, 4 * H), dh.dtype), np.empty((sweeps * N, 3 * H), dh.dtype)
    kept, every = np.empty((sweeps * N, H), dh.dtype), np.arange(len(gates))
    known = np.zeros(len(gates), np.bool_)
    scratch = np.empty((N, 3 * H), dh.dtype), np.empty((N, H), dh.dtype)
    arrays = hs, m, gates, factors
    _local_derivatives(kinds, *arrays, *scratch, ahead(firsts, stops, known, hi - lo), lo, hi)
    for offset in range(stops[-1] - firsts[-1]):
        active = first_active(firsts, stops, offset)
        for sweep in range(active, sweeps):
            t, rows = stops[sweep] - 1 - offset, slice(sweep * N + lo, sweep * N + hi)
            if not known[t]:
                _local_derivatives(kinds, *arrays, *scratch, every[t : t + 1], lo, hi)
                known[t] = True
            flush(dh[rows], below)
            if t >= seeds[sweep]:
                collect(dh[rows], dhs[t - first_loss, lo:hi])
            for n in range(lo, hi):
                r, F = sweep * N + n, factors[t, n]
                for k in range(0, 4 * H, H):
                    times(dh[r], F[k : k + H], da[r, k : k + H])  # da_n, da_r, da_z, dm_n = dh ⊙ …
                copy(da[r, H:], dm[r])
                times(dh[r], gates[t, n, H : 2 * H], kept[r])
            put(da[rows], das[t, lo:hi], adds)
        carry_back(dm, panels, dh, active, N, lo, hi)
        for row in range(active * N, sweeps * N, N):
            collect(dh[row + lo : row + hi], kept[row + lo : row + hi])  # dh_prev = dm W + dh ⊙ z
