"""The vanilla cell's loops, compiled: the equations of ``rnn.cells.vanilla``, line for line.

Products are BLAS's, called from within the loop; what lies between two of them is one pass or two.
"""

from typing import Any

import numpy as np

from rnn.arrays import Array
from rnn.cells.cell import Arrays
from rnn.cells.vanilla import Vanilla, VanillaTape
from rnn.compiled.functions import KINDS, slope, value
from rnn.compiled.options import compiled
from rnn.compiled.steps import collect, first_active, flush, product, put
from rnn.spans import Spans


def forward(cell: Vanilla, tape: VanillaTape, active: Array) -> None:
    """As ``Vanilla.forward``, of the first ``active[t]`` records at step t."""
    _forward(KINDS[cell.activation], tape.rows, tape.states, tape.a, tape.M, active)


def local_derivatives(cell: Vanilla, tape: VanillaTape, first: int) -> Arrays:
    """As ``Vanilla.local_derivatives``."""
    slopes = tape.da_buffer[first:]
    _local_derivatives(KINDS[cell.activation], tape.states[first + 1 :], slopes)
    return (slopes,)


def steps_back(
    W: Array, carry: Arrays, derivatives: Arrays, cotangents: Arrays, spans: Spans, das: Array, below: Any
) -> None:
    """As ``Vanilla.steps_back``, of every sweep of ``spans``: da is put into ``das``."""
    (dh,), (slopes,), (dhs,) = carry, derivatives, cotangents
    _steps_back(W, dh, slopes, dhs, *spans, das, das is not slopes, below)


@compiled
def _forward(f, rows, states, a, M, active):  # type: ignore[no-untyped-def]
    """a = x Uᵀ + h_prev Wᵀ + b; h = f(a)."""
    for t, N in enumerate(active):
        product(rows[t, :N], M, a[:N])  # a = r M
        value(f, a[:N].reshape(-1))
        for n in range(N):
            for j in range(a.shape[1]):
                states[t + 1, n, j] = a[n, j]  # h = f(a)


@compiled
def _local_derivatives(f, hs, slopes):  # type: ignore[no-untyped-def]
    """f′(a), read off h = f(a)."""
    (T, N, H), one = slopes.shape, slopes.dtype.type(1)
    for t in range(T):
        for n in range(N):
            for j in range(H):
                slopes[t, n, j] = slope(f, hs[t, n, j], one)


@compiled
def _steps_back(W, dh, slopes, dhs, firsts, seeds, stops, first_loss, das, adds, below):  # type: ignore[no-untyped-def]
    """da = dh ⊙ f′(a); dh_prev = da W, written over dh."""
    sweeps, (_, N, H) = len(firsts), slopes.shape
    da = np.empty((sweeps * N, H), W.dtype)
    for offset in range(stops[-1] - firsts[-1]):
        active = first_active(firsts, stops, offset)
        for sweep in range(active, sweeps):
            t, rows = stops[sweep] - 1 - offset, slice(sweep * N, (sweep + 1) * N)
            flush(dh[rows], below)
            if t >= seeds[sweep]:
                collect(dh[rows], dhs[t - first_loss])
            for n in range(N):
                r = sweep * N + n
                for j in range(H):
                    da[r, j] = dh[r, j] * slopes[t, n, j]  # da = dh ⊙ f′(a)
            put(da[rows], das[t], adds)
        product(da[active * N :], W, dh[active * N :])  # dh_prev = da W
