"""The LSTM's loops, compiled: the equations of ``rnn.cells.lstm``, line for line.

See ``rnn.compiled.vanilla``.
"""

from typing import Any

import numpy as np

from rnn.arrays import Array
from rnn.cells.cell import Arrays
from rnn.cells.lstm import LSTM, LSTMTape
from rnn.compiled.functions import KINDS, slopes, value
from rnn.compiled.options import compiled
from rnn.compiled.passes import add_times, copy, times
from rnn.compiled.steps import collect, factor, first_active, flush, product, put
from rnn.spans import Spans


def forward(cell: LSTM, tape: LSTMTape, active: Array) -> None:
    """As ``LSTM.forward``, of the first ``active[t]`` records at step t."""
    kinds = (KINDS[f] for f in cell.activations)
    _forward(
        *kinds,
        tape.rows,
        tape.states,
        tape.cells,
        tape.gates,
        tape.squashed,
        tape.ig,
        factor(tape.M, tape.rows.shape[1]),
        active,
    )


def local_derivatives(cell: LSTM, tape: LSTMTape, first: int) -> Arrays:
    """As ``LSTM.local_derivatives``."""
    factors, through, gates = tape.da_buffer[first:], tape.through[first:], tape.gates[first:]
    kinds = (KINDS[f] for f in cell.activations)
    _local_derivatives(*kinds, tape.cells[first:], gates, tape.squashed[first:], factors, through)
    return factors, through, gates


def steps_back(
    W: Array, carry: Arrays, derivatives: Arrays, cotangents: Arrays, spans: Spans, das: Array, below: Any
) -> None:
    """As ``LSTM.steps_back``, of every sweep of ``spans``: da is put into ``das``."""
    dhs, *more = cotangents
    dcs = more[0] if more else dhs[:0]
    _steps_back(
        factor(W, len(carry[0])),
        *carry,
        *derivatives,
        dhs,
        dcs,
        *spans,
        das,
        das is not derivatives[0],
        below,
    )


@compiled
def _forward(gate, candidate, output, rows, states, cells, gates, squashed, g, by, active):  # type: ignore[no-untyped-def]
    """a = x Uᵀ + h_prev Wᵀ + b; then the gates, c and h."""
    H = g.shape[1]
    for t, N in enumerate(active):
        a, s = gates[t, :N], squashed[t, :N]
        product(rows[t, :N], by, a)  # a = r M
        for n in range(N):
            copy(a[n, 3 * H :], g[n])
        # Of all four, in one pass of one length; that of a_g is overwritten.
        value(gate, a.reshape(-1))  # i, f, o = σ(a_i), σ(a_f), σ(a_o)
        value(candidate, g[:N].reshape(-1))  # g = φ(a_g)
        for n in range(N):
            copy(g[n], a[n, 3 * H :])
            i, f, c = a[n, :H], a[n, H : 2 * H], cells[t + 1, n]
            times(f, cells[t, n], c)  # c = f ⊙ c_prev
            add_times(i, g[n], c)  # … + i ⊙ g
            copy(c, s[n])
        value(output, s.reshape(-1))  # s = ψ(c)
        for n in range(N):
            o = a[n, 2 * H : 3 * H]
            times(o, s[n], states[t + 1, n])  # h = o ⊙ s


@compiled
def _local_derivatives(gate, candidate, output, cells, gates, squashed, factors, through):  # type: ignore[no-untyped-def]
    """The factors of da_i, da_f, da_g, da_o; and o ψ′(c)."""
    T, N, H = through.shape
    d, d_g = np.empty((N, 4 * H), through.dtype), np.empty((N, H), through.dtype)
    for t in range(T):
        y, s = gates[t], squashed[t]
        slopes(output, s.reshape(-1), through[t].reshape(-1))  # ψ′(c)
        slopes(gate, y.reshape(-1), d.reshape(-1))  # σ′(a_i), σ′(a_f), σ′(a_o)
        for n in range(N):
            copy(y[n, 3 * H :], d_g[n])
        slopes(candidate, d_g.reshape(-1), d_g.reshape(-1))  # φ′(a_g)
        for n in range(N):
            F, i, o, g = factors[t, n], y[n, :H], y[n, 2 * H : 3 * H], y[n, 3 * H :]
            times(through[t, n], o, through[t, n])  # o ⊙ ψ′(c)
            times(g, d[n, :H], F[:H])  # g ⊙ σ′(a_i)
            times(cells[t, n], d[n, H : 2 * H], F[H : 2 * H])  # c_prev ⊙ σ′(a_f)
            times(i, d_g[n], F[2 * H : 3 * H])  # i ⊙ φ′(a_g)
            times(s[n], d[n, 2 * H : 3 * H], F[3 * H :])  # s ⊙ σ′(a_o)


@compiled
def _steps_back(  # type: ignore[no-untyped-def]
    by, dh, dc, factors, through, gates, dhs, dcs, firsts, seeds, stops, first_loss, das, adds, below
):
    """da from dh and dc; dc_prev = dc ⊙ f, written over dc, and dh_prev = da W, written over dh."""
    sweeps, (_, N, H) = len(firsts), through.shape
    da = np.empty((sweeps * N, 4 * H), dh.dtype)
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
                r, d, F = sweep * N + n, da[sweep * N + n], factors[t, n]
                add_times(dh[r], through[t, n], dc[r])  # dc += dh ⊙ o ⊙ ψ′(c)
                for k in range(0, 3 * H, H):
                    times(dc[r], F[k : k + H], d[k : k + H])  # da_i, da_f, da_g = dc ⊙ …
                times(dh[r], F[3 * H :], d[3 * H :])  # da_o = dh ⊙ s ⊙ σ′(a_o)
                times(dc[r], gates[t, n, H : 2 * H], dc[r])  # dc_prev = dc ⊙ f
            put(da[rows], das[t], adds)
        product(da[active * N :], by, dh[active * N :])  # dh_prev = da W
