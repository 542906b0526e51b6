"""The vanilla cell's loops, compiled: the equations of ``rnn.cells.vanilla``, line for line.

A step's product is ``rnn.compiled.tiles``'s, and what lies between two of them are passes over one row.
"""

from typing import Any

import numpy as np

from rnn.cells.cell import Arrays, Params, Recurrent, Weights
from rnn.cells.vanilla import Vanilla, VanillaTape
from rnn.common.arrays import Array, plain
from rnn.compiled.at_once import given, gradients, linear_back, readout_back, room, to_initial
from rnn.compiled.blocks import in_blocks, is_few
from rnn.compiled.functions import KINDS, slopes, value
from rnn.compiled.options import compiled
from rnn.compiled.passes import copy, times
from rnn.compiled.products import of_rows, over_rows
from rnn.compiled.steps import ahead, carry_back, collect, first_active, flush, put
from rnn.compiled.tiles import arranged, multiply
from rnn.through_time.routes import Segment
from rnn.through_time.spans import Spans


def forward(
    cell: Vanilla, weights: Recurrent, tape: VanillaTape, xs: Array, state: Arrays, active: Array
) -> None:
    """As ``Vanilla.project`` and ``Vanilla.forward``, of the first ``active[t]`` records at step t."""
    given = KINDS[cell.activation], tape.rows, tape.a, tape.M, active
    if is_few(len(xs)):
        _project_and_forward(*map(plain, (weights.U, weights.W, weights.b, xs, *state)), *given)
        return
    cell.project(weights, tape, xs, state)
    in_blocks(_forward, given, tape.rows.shape[1], len(active) * tape.M.nbytes)


def local_derivatives(cell: Vanilla, tape: VanillaTape, first: int) -> Arrays:
    """The places of f′(a) from step ``first`` on, for ``steps_back`` to make; and the rows with h = f(a)."""
    return tape.da_buffer[first:], tape.rows[first + 1 :]


def steps_back(
    cell: Vanilla,
    W: Array,
    carry: Arrays,
    derivatives: Arrays,
    cotangents: Arrays,
    spans: Spans,
    das: Array,
    below: Any,
) -> None:
    """As ``Vanilla.steps_back``, of every sweep of ``spans``: da is put into ``das``."""
    (dh,), (slopes, hs), (dhs,) = carry, derivatives, cotangents
    f, adds = KINDS[cell.activation], das is not slopes
    given = f, W, dh, slopes, hs, dhs, spans[:-1], das, adds, below
    in_blocks(_steps_back, given, das.shape[1], spans.visits * W.nbytes)


def project_back(
    cell: Vanilla, weights: Recurrent, tape: VanillaTape, das: Array, first: int
) -> tuple[Weights, Array]:
    """As ``Vanilla.project_back``: [dW dU db] = Σ_t da_tᵀ [h_t, x_t, 1]; dx_t = da_t U."""
    H, da = cell.units, das.reshape(-1, das.shape[2])
    dM = over_rows(da, tape.rows[first:-1].reshape(len(da), -1))
    dW, dU, db = dM[:, :H], dM[:, H:-1], dM[:, -1]
    dxs = of_rows(da, np.ascontiguousarray(weights.U)).reshape(*das.shape[:2], cell.inputs)
    return Weights(U=dU, W=dW, b=db), dxs


def back_from_outputs(
    cell: Vanilla, params: Params, tape: VanillaTape, do: Array, segment: Segment
) -> tuple[Arrays, Array]:
    """All of the way back at once, as in ``Loops``."""
    filled = room(params, tape, segment)
    _back_from_outputs(KINDS[cell.activation], *given(params, tape, do, segment), *filled)
    return gradients(params, filled)


@compiled
def _forward(f, rows, a, M, active, lo, hi):  # type: ignore[no-untyped-def]
    """a = x Uᵀ + h_prev Wᵀ + b; h = f(a)."""
    H, panels = a.shape[1], arranged(M)
    for t, N in enumerate(active):
        now = slice(lo, max(lo, min(N, hi)))
        multiply(rows[t, now], panels, a[now])  # a = r M
        value(f, a[now].reshape(-1))
        for n in range(now.start, now.stop):
            copy(a[n], rows[t + 1, n, :H])  # h = f(a)


@compiled
def _project_and_forward(U, W, b, xs, h0, f, rows, a, M, active):  # type: ignore[no-untyped-def]
    """M = [W U b]ᵀ and every row, as ``Vanilla.project`` has them; and every step, in one call."""
    N, H = h0.shape
    M[:H], M[H:-1], M[-1] = W.T, U.T, b
    for n in range(N):
        copy(h0[n], rows[0, n, :H])
        for t in range(len(rows) - 1):
            copy(xs[n, t], rows[t, n, H:-1])
    _forward(f, rows, a, M, active, 0, N)


@compiled
def _local_derivatives(f, hs, place, steps, lo, hi):  # type: ignore[no-untyped-def]
    """f′(a) of some steps, read off h = f(a)."""
    H = place.shape[2]
    for t in steps:
        for n in range(lo, hi):
            slopes(f, hs[t, n, :H], place[t, n])


@compiled
def _steps_back(f, W, dh, slopes, hs, dhs, spans, das, adds, below, lo, hi):  # type: ignore[no-untyped-def]
    """da = dh ⊙ f′(a); dh_prev = da W, written over dh."""
    (firsts, seeds, stops, first_loss), (_, N, H) = spans, slopes.shape
    sweeps, panels = len(firsts), arranged(W)
    da, every = np.empty((sweeps * N, H), dh.dtype), np.arange(len(slopes))
    known = np.zeros(len(slopes), np.bool_)
    _local_derivatives(f, hs, slopes, ahead(firsts, stops, known, hi - lo), lo, hi)
    for offset in range(stops[-1] - firsts[-1]):
        active = first_active(firsts, stops, offset)
        for sweep in range(active, sweeps):
            t, rows = stops[sweep] - 1 - offset, slice(sweep * N + lo, sweep * N + hi)
            if not known[t]:
                _local_derivatives(f, hs, slopes, every[t : t + 1], lo, hi)
                known[t] = True
            flush(dh[rows], below)
            if t >= seeds[sweep]:
                collect(dh[rows], dhs[t - first_loss, lo:hi])
            for n in range(lo, hi):
                times(dh[sweep * N + n], slopes[t, n], da[sweep * N + n])  # da = dh ⊙ f′(a)
            put(da[rows], das[t, lo:hi], adds)
        carry_back(da, panels, dh, active, N, lo, hi)  # dh_prev = da W


@compiled
def _back_from_outputs(  # type: ignore[no-untyped-def]
    f, U, W, V, do, rows, buffer, firsts, seeds, stops, loss, first, start, once, below, dM, dx, dV, dc, d
):
    """The readout back, every step of one route, and all that is linear in da."""
    (_, N, _), slopes, spans = do.shape, buffer[first:], (firsts, seeds, stops, loss)
    dhs, dh = readout_back(do, V, rows, dV, dc), np.zeros((len(firsts) * N, len(W)), W.dtype)
    das = slopes if once else np.zeros_like(slopes)
    _steps_back(f, W, dh, slopes, rows[first + 1 :], dhs, spans, das, not once, below, 0, N)
    to_initial(dh, firsts, start, d[0])
    linear_back(das, rows[first:-1], U, dM, dx)
