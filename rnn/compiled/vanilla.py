"""The vanilla cell's loops, compiled: the equations of ``rnn.cells.vanilla``, line for line.

A step's product is ``rnn.compiled.steps``'s, and what lies between two of them are passes over one row.
"""

from typing import Any

import numpy as np

from rnn.arrays import Array
from rnn.cells.cell import Arrays
from rnn.cells.vanilla import Vanilla, VanillaTape
from rnn.compiled.functions import KINDS, slopes, value
from rnn.compiled.options import compiled
from rnn.compiled.passes import copy, times
from rnn.compiled.steps import collect, factor, first_active, flush, product, put
from rnn.spans import Spans


def forward(cell: Vanilla, tape: VanillaTape, active: Array) -> None:
    """As ``Vanilla.forward``, of the first ``active[t]`` records at step t."""
    _forward(
        KINDS[cell.activation], tape.rows, tape.states, tape.a, factor(tape.M, tape.rows.shape[1]), active
    )


def local_derivatives(cell: Vanilla, tape: VanillaTape, first: int) -> Arrays:
    """As ``Vanilla.local_derivatives``."""
    place = tape.da_buffer[first:]
    _local_derivatives(KINDS[cell.activation], tape.states[first + 1 :], place)
    return (place,)


def steps_back(
    W: Array, carry: Arrays, derivatives: Arrays, cotangents: Arrays, spans: Spans, das: Array, below: Any
) -> None:
    """As ``Vanilla.steps_back``, of every sweep of ``spans``: da is put into ``das``."""
    (dh,), (slopes,), (dhs,) = carry, derivatives, cotangents
    _steps_back(factor(W, len(dh)), dh, slopes, dhs, *spans, das, das is not slopes, below)


@compiled
def _forward(f, rows, states, a, by, active):  # type: ignore[no-untyped-def]
    """a = x Uᵀ + h_prev Wᵀ + b; h = f(a)."""
    for t, N in enumerate(active):
        product(rows[t, :N], by, a[:N])  # a = r M
        value(f, a[:N].reshape(-1))
        for n in range(N):
            copy(a[n], states[t + 1, n])  # h = f(a)


@compiled
def _local_derivatives(f, hs, place):  # type: ignore[no-untyped-def]
    """f′(a), read off h = f(a)."""
    T, N, _ = place.shape
    for t in range(T):
        for n in range(N):
            slopes(f, hs[t, n], place[t, n])


@compiled
def _steps_back(by, dh, slopes, dhs, firsts, seeds, stops, first_loss, das, adds, below):  # type: ignore[no-untyped-def]
    """da = dh ⊙ f′(a); dh_prev = da W, written over dh."""
    sweeps, (_, N, H) = len(firsts), slopes.shape
    da = np.empty((sweeps * N, H), dh.dtype)
    for offset in range(stops[-1] - firsts[-1]):
        active = first_active(firsts, stops, offset)
        for sweep in range(active, sweeps):
            t, rows = stops[sweep] - 1 - offset, slice(sweep * N, (sweep + 1) * N)
            flush(dh[rows], below)
            if t >= seeds[sweep]:
                collect(dh[rows], dhs[t - first_loss])
            for n in range(N):
                times(dh[sweep * N + n], slopes[t, n], da[sweep * N + n])  # da = dh ⊙ f′(a)
            put(da[rows], das[t], adds)
        product(da[active * N :], by, dh[active * N :])  # dh_prev = da W
