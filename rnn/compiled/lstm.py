"""The LSTM's loops, compiled: the equations of ``rnn.cells.lstm``, line for line.

See ``rnn.compiled.vanilla``.
"""

from typing import Any

import numpy as np

from rnn.cells.cell import Arrays, Params, Recurrent, Weights
from rnn.cells.lstm import LSTM, LSTMTape
from rnn.common.arrays import Array
from rnn.compiled.at_once import given, gradients, linear_back, readout_back, room, to_initial
from rnn.compiled.blocks import in_blocks
from rnn.compiled.functions import KINDS, slopes, value
from rnn.compiled.options import compiled
from rnn.compiled.passes import add_times, copy, times
from rnn.compiled.products import of_rows, over_rows
from rnn.compiled.steps import ahead, carry_back, collect, first_active, flush, put
from rnn.compiled.tiles import arranged, multiply
from rnn.through_time.routes import Segment
from rnn.through_time.spans import Spans


def forward(cell: LSTM, weights: Recurrent, tape: LSTMTape, xs: Array, state: Arrays, active: Array) -> None:
    """As ``LSTM.project`` and ``LSTM.forward``, of the first ``active[t]`` records at step t."""
    cell.project(weights, tape, xs, state)
    kinds = [KINDS[f] for f in cell.activations]
    arrays = tape.rows, tape.cells, tape.gates, tape.squashed, tape.ig, tape.M
    in_blocks(_forward, (*kinds, *arrays, active), tape.rows.shape[1], len(active) * tape.M.nbytes)


def local_derivatives(cell: LSTM, tape: LSTMTape, first: int) -> Arrays:
    """The places of the factors of da and of o ψ′(c), as in ``rnn.compiled.vanilla``; gates, c and s."""
    places = tape.da_buffer[first:], tape.through[first:]
    return *places, tape.gates[first:], tape.cells[first:], tape.squashed[first:]


def steps_back(
    cell: LSTM,
    W: Array,
    carry: Arrays,
    derivatives: Arrays,
    cotangents: Arrays,
    spans: Spans,
    das: Array,
    below: Any,
) -> None:
    """As ``LSTM.steps_back``, of every sweep of ``spans``: da is put into ``das``."""
    dhs, *more = cotangents
    dcs, kinds = more[0] if more else dhs[:0], tuple(KINDS[f] for f in cell.activations)
    given = kinds, W, *carry, *derivatives, dhs, dcs, spans[:-1], das, das is not derivatives[0], below
    in_blocks(_steps_back, given, das.shape[1], spans.visits * W.nbytes)


def project_back(
    cell: LSTM, weights: Recurrent, tape: LSTMTape, das: Array, first: int
) -> tuple[Weights, Array]:
    """As ``LSTM.project_back``: [dW dU db] = Σ_t da_tᵀ [h_t, x_t, 1]; dx_t = da_t U."""
    H, da = cell.units, das.reshape(-1, das.shape[2])
    dM = over_rows(da, tape.rows[first:-1].reshape(len(da), -1))
    dW, dU, db = dM[:, :H], dM[:, H:-1], dM[:, -1]
    dxs = of_rows(da, np.ascontiguousarray(weights.U)).reshape(*das.shape[:2], cell.inputs)
    return Weights(U=dU, W=dW, b=db), dxs


def back_from_outputs(
    cell: LSTM, params: Params, tape: LSTMTape, do: Array, segment: Segment
) -> tuple[Arrays, Array]:
    """All of the way back at once, as in ``Loops``."""
    filled, kinds = room(params, tape, segment), tuple(KINDS[f] for f in cell.activations)
    arrays = tape.through, tape.gates, tape.cells, tape.squashed
    _back_from_outputs(kinds, arrays, *given(params, tape, do, segment), *filled)
    return gradients(params, filled)


@compiled
def _forward(gate, candidate, output, rows, cells, gates, squashed, g, M, active, lo, hi):  # type: ignore[no-untyped-def]
    """a = x Uᵀ + h_prev Wᵀ + b; then the gates, c and h."""
    H, panels = g.shape[1], arranged(M)
    for t, N in enumerate(active):
        now = slice(lo, max(lo, min(N, hi)))
        a, s = gates[t], squashed[t]
        multiply(rows[t, now], panels, a[now])  # a = r M
        for n in range(now.start, now.stop):
            copy(a[n, 3 * H :], g[n])
        # Of all four, in one pass of one length; that of a_g is overwritten.
        value(gate, a[now].reshape(-1))  # i, f, o = σ(a_i), σ(a_f), σ(a_o)
        value(candidate, g[now].reshape(-1))  # g = φ(a_g)
        for n in range(now.start, now.stop):
            copy(g[n], a[n, 3 * H :])
            i, f, c = a[n, :H], a[n, H : 2 * H], cells[t + 1, n]
            times(f, cells[t, n], c)  # c = f ⊙ c_prev
            add_times(i, g[n], c)  # … + i ⊙ g
            copy(c, s[n])
        value(output, s[now].reshape(-1))  # s = ψ(c)
        for n in range(now.start, now.stop):
            o = a[n, 2 * H : 3 * H]
            times(o, s[n], rows[t + 1, n, :H])  # h = o ⊙ s


@compiled
def _local_derivatives(kinds, cells, gates, squashed, factors, through, d, d_g, steps, lo, hi):  # type: ignore[no-untyped-def]
    """Of some steps the factors of da_i, da_f, da_g, da_o; and o ψ′(c)."""
    (gate, candidate, output), H, now = kinds, d_g.shape[1], slice(lo, hi)
    for t in steps:
        y, s = gates[t], squashed[t]
        slopes(output, s[now].reshape(-1), through[t, now].reshape(-1))  # ψ′(c)
        slopes(gate, y[now].reshape(-1), d[now].reshape(-1))  # σ′(a_i), σ′(a_f), σ′(a_o)
        for n in range(lo, hi):
            copy(y[n, 3 * H :], d_g[n])
        slopes(candidate, d_g[now].reshape(-1), d_g[now].reshape(-1))  # φ′(a_g)
        for n in range(lo, hi):
            F, i, o, g = factors[t, n], y[n, :H], y[n, 2 * H : 3 * H], y[n, 3 * H :]
            times(through[t, n], o, through[t, n])  # o ⊙ ψ′(c)
            times(g, d[n, :H], F[:H])  # g ⊙ σ′(a_i)
            times(cells[t, n], d[n, H : 2 * H], F[H : 2 * H])  # c_prev ⊙ σ′(a_f)
            times(i, d_g[n], F[2 * H : 3 * H])  # i ⊙ φ′(a_g)
            times(s[n], d[n, 2 * H : 3 * H], F[3 * H :])  # s ⊙ σ′(a_o)


@compiled
def _steps_back(  # type: ignore[no-untyped-def]
    kinds, W, dh, dc, factors, through, gates, cells, squashed, dhs, dcs, spans, das, adds, below, lo, hi
):
    """da from dh and dc; dc_prev = dc ⊙ f, written over dc, and dh_prev = da W, written over dh."""
    (firsts, seeds, stops, first_loss), (_, N, H) = spans, through.shape
    sweeps, panels = len(firsts), arranged(W)
    da, every = np.empty((sweeps * N, 4 * H), dh.dtype), np.arange(len(gates))
    known = np.zeros(len(gates), np.bool_)
    scratch = np.empty((N, 4 * H), dh.dtype), np.empty((N, H), dh.dtype)
    arrays = cells, gates, squashed, factors, through
    _local_derivatives(kinds, *arrays, *scratch, ahead(firsts, stops, known, hi - lo), lo, hi)
    for offset in range(stops[-1] - firsts[-1]):
        active = first_active(firsts, stops, offset)
        for sweep in range(active, sweeps):
            t, rows = stops[sweep] - 1 - offset, slice(sweep * N + lo, sweep * N + hi)
            if not known[t]:
                _local_derivatives(kinds, *arrays, *scratch, every[t : t + 1], lo, hi)
                known[t] = True
            flush(dh[rows], below)
            flush(dc[rows], below)
            if t >= seeds[sweep]:
                collect(dh[rows], dhs[t - first_loss, lo:hi])
                if len(dcs):
                    collect(dc[rows], dcs[t - first_loss, lo:hi])
            for n in range(lo, hi):
                r, d, F = sweep * N + n, da[sweep * N + n], factors[t, n]
                add_times(dh[r], through[t, n], dc[r])  # dc += dh ⊙ o ⊙ ψ′(c)
                for k in range(0, 3 * H, H):
                    times(dc[r], F[k : k + H], d[k : k + H])  # da_i, da_f, da_g = dc ⊙ …
                times(dh[r], F[3 * H :], d[3 * H :])  # da_o = dh ⊙ s ⊙ σ′(a_o)
                times(dc[r], gates[t, n, H : 2 * H], dc[r])  # dc_prev = dc ⊙ f
            put(da[rows], das[t, lo:hi], adds)
        carry_back(da, panels, dh, active, N, lo, hi)  # dh_prev = da W


@compiled
def _back_from_outputs(  # type: ignore[no-untyped-def]
    f, kept, U, W, V, do, rows, buf, firsts, seeds, stops, loss, first, start, once, below, dM, dx, dV, dc, d
):
    """The readout back, every step of one route, and all that is linear in da."""
    (_, N, _), factors, spans = do.shape, buf[first:], (firsts, seeds, stops, loss)
    dhs, dh = readout_back(do, V, rows, dV, dc), np.zeros((len(firsts) * N, W.shape[1]), W.dtype)
    das, dcell = factors if once else np.zeros_like(factors), np.zeros_like(dh)
    through, gates, cells, squashed = kept
    from_first = through[first:], gates[first:], cells[first:], squashed[first:]
    _steps_back(f, W, dh, dcell, factors, *from_first, dhs, dhs[:0], spans, das, not once, below, 0, N)
    to_initial(dh, firsts, start, d[0])
    to_initial(dcell, firsts, start, d[1])
    linear_back(das, rows[first:-1], U, dM, dx)
