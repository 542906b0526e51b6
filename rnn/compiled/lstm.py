"""The LSTM's loops, compiled: the equations of ``rnn.cells.lstm``, line for line.

See ``rnn.compiled.vanilla``.
"""

from typing import Any

import numpy as np

from rnn.arrays import Array
from rnn.cells.cell import Arrays
from rnn.cells.lstm import LSTM, LSTMTape
from rnn.compiled.functions import KINDS, slope, value
from rnn.compiled.options import compiled
from rnn.compiled.steps import collect, first_active, flush, product, put
from rnn.spans import Spans


def forward(cell: LSTM, tape: LSTMTape, active: Array) -> None:
    """As ``LSTM.forward``, of the first ``active[t]`` records at step t."""
    kinds = (KINDS[f] for f in cell.activations)
    _forward(*kinds, tape.rows, tape.states, tape.cells, tape.gates, tape.squashed, tape.ig, tape.M, active)


def local_derivatives(cell: LSTM, tape: LSTMTape, first: int) -> Arrays:
    """As ``LSTM.local_derivatives``."""
    factors, through, gates = tape.da_buffer[first:], tape.through[first:], tape.gates[first:]
    kinds = (KINDS[f] for f in cell.activations)
    _local_derivatives(*kinds, tape.cells[first:], gates, tape.squashed[first:], factors, through)
    H = cell.units
    return factors, through, gates[:, :, H : 2 * H]


def steps_back(
    W: Array, carry: Arrays, derivatives: Arrays, cotangents: Arrays, spans: Spans, das: Array, below: Any
) -> None:
    """As ``LSTM.steps_back``, of every sweep of ``spans``: da is put into ``das``."""
    dhs, *more = cotangents
    dcs = more[0] if more else dhs[:0]
    _steps_back(W, *carry, *derivatives, dhs, dcs, *spans, das, das is not derivatives[0], below)


@compiled
def _forward(gate, candidate, output, rows, states, cells, gates, squashed, g, M, active):  # type: ignore[no-untyped-def]
    """a = x Uᵀ + h_prev Wᵀ + b; then the gates, c and h."""
    H = g.shape[1]
    for t, N in enumerate(active):
        a, s = gates[t, :N], squashed[t, :N]
        product(rows[t, :N], M, a)  # a = r M
        for n in range(N):
            for j in range(H):
                g[n, j] = a[n, 3 * H + j]
        # Of all four, in one pass of one length; that of a_g is overwritten.
        value(gate, a.reshape(-1))  # i, f, o = σ(a_i), σ(a_f), σ(a_o)
        value(candidate, g[:N].reshape(-1))  # g = φ(a_g)
        for n in range(N):
            for j in range(H):
                c = a[n, H + j] * cells[t, n, j] + a[n, j] * g[n, j]  # c = f ⊙ c_prev + i ⊙ g
                cells[t + 1, n, j] = s[n, j] = c
                a[n, 3 * H + j] = g[n, j]
        value(output, s.reshape(-1))  # s = ψ(c)
        for n in range(N):
            for j in range(H):
                states[t + 1, n, j] = a[n, 2 * H + j] * s[n, j]  # h = o ⊙ s


@compiled
def _local_derivatives(gate, candidate, output, cells, gates, squashed, factors, through):  # type: ignore[no-untyped-def]
    """The factors of da_i, da_f, da_g, da_o; and o ψ′(c)."""
    (T, N, H), one = through.shape, through.dtype.type(1)
    for t in range(T):
        for n in range(N):
            y, F = gates[t, n], factors[t, n]
            for j in range(H):
                i, f, o, g, s = y[j], y[H + j], y[2 * H + j], y[3 * H + j], squashed[t, n, j]
                through[t, n, j] = o * slope(output, s, one)  # o ⊙ ψ′(c)
                F[j] = g * slope(gate, i, one)  # g ⊙ σ′(a_i)
                F[H + j] = cells[t, n, j] * slope(gate, f, one)  # c_prev ⊙ σ′(a_f)
                F[2 * H + j] = i * slope(candidate, g, one)  # i ⊙ φ′(a_g)
                F[3 * H + j] = s * slope(gate, o, one)  # s ⊙ σ′(a_o)


@compiled
def _steps_back(  # type: ignore[no-untyped-def]
    W, dh, dc, factors, through, fs, dhs, dcs, firsts, seeds, stops, first_loss, das, adds, below
):
    """da from dh and dc; dc_prev = dc ⊙ f, written over dc, and dh_prev = da W, written over dh."""
    sweeps, (_, N, H) = len(firsts), through.shape
    da = np.empty((sweeps * N, 4 * H), W.dtype)
    for offset in range(stops[-1] - firsts[-1]):
        active = first_active(firsts, stops, offset)
        for sweep in range(active, sweeps):
            t, rows = stops[sweep] - 1 - offset, slice(sweep * N, (sweep + 1) * N)
            flush(dh[rows], below)
            flush(dc[rows], below)
            if t >= seeds[sweep]:
                collect(dh[rows], dhs[t - first_loss])
                if len(dcs):
                    collect(dc[rows], dcs[t - first_loss])
            for n in range(N):
                d, F, r = da[sweep * N + n], factors[t, n], sweep * N + n
                for j in range(H):
                    c = dc[r, j] + dh[r, j] * through[t, n, j]  # dc += dh ⊙ o ⊙ ψ′(c)
                    d[j] = c * F[j]
                    d[H + j] = c * F[H + j]
                    d[2 * H + j] = c * F[2 * H + j]  # da_i, da_f, da_g = dc ⊙ …
                    d[3 * H + j] = dh[r, j] * F[3 * H + j]  # da_o = dh ⊙ s ⊙ σ′(a_o)
                    dc[r, j] = c * fs[t, n, j]  # dc_prev = dc ⊙ f
            put(da[rows], das[t], adds)
        product(da[active * N :], W, dh[active * N :])  # dh_prev = da W
