"""The way back of a short call in one compiled call, from do = ∂ℓ/∂o to every gradient.

Its loops are the cells' own, its products are tiles, and what it makes lies in one block of memory. Part by
part, what lies between the parts takes longer than the steps of a short call.
"""

from typing import Any

import numpy as np

from rnn.cells.cell import Arrays, Params
from rnn.common.arrays import Array, plain
from rnn.compiled.blocks import is_few
from rnn.compiled.options import inlined
from rnn.compiled.passes import add, add_multiple
from rnn.compiled.products import _of_rows, _over_rows
from rnn.compiled.tiles import VECTOR, WIDTH, arranged
from rnn.through_time.bptt import FLUSH_BELOW
from rnn.through_time.routes import Segment

# Multiplications of a product over all steps up to which a call is short: as far as it was timed, where it
# takes 0.90 to 0.98 of the time of its parts. Of more, BLAS or a second thread may save more than they cost.
SHORT = 8_000_000


def is_short(tape: Any, do: Array, segment: Segment) -> bool:
    """Do so few records go back so few steps, on one route that no border cuts?"""
    if len(segment.routes) != 1 or not is_few(do.shape[1]):
        return False
    (route,), most = segment.routes, max(do.size, tape.da_buffer.size)
    return most * tape.rows.shape[2] <= SHORT and not (route.carry_in or route.carry_out)


def given(params: Params, tape: Any, do: Array, segment: Segment) -> tuple[Any, ...]:
    """What the call of any cell is given, but for its room."""
    spans, first = segment.routes[0].spans, segment.first - segment.start
    return (
        *(plain(params.U), plain(params.W), plain(params.V), plain(do), tape.rows, tape.da_buffer),
        *(*spans[:-1], first, segment.first, segment.covers_once, FLUSH_BELOW[do.dtype][()]),
    )


def room(params: Params, tape: Any, segment: Segment) -> Arrays:
    """Zeros for [dW dU db]ᵀ in whole panels, dxs, dV, dc and the state's arrays, in one block of memory."""
    (G, D), (K, H), (_, N, width) = params.U.shape, params.V.shape, tape.rows.shape
    steps, lanes = segment.stop - segment.first, WIDTH * VECTOR // params.V.itemsize
    columns = G + -G % lanes
    dxs = width * columns
    dV = dxs + steps * N * D
    dc = dV + K * H
    dstate = dc + K
    block = np.zeros(dstate + len(tape.state) * N * H, params.V.dtype)
    return (
        block[:dxs].reshape(width, columns),
        block[dxs:dV].reshape(steps, N, D),
        block[dV:dc].reshape(K, H),
        block[dc:dstate],
        block[dstate:].reshape(-1, N, H),
    )


def gradients(params: Params, filled: Arrays) -> tuple[Arrays, Array]:
    """Those of the parameters and of the state's arrays, from their room; and dxs."""
    (G, H), (dM, dxs, dV, dc, dstate) = params.W.shape, filled
    turned = dM.T[:G]
    return (turned[:, H:-1], turned[:, :H], turned[:, -1], dV, dc, *dstate), dxs


@inlined
def readout_back(do, V, rows, dV, dc):  # type: ignore[no-untyped-def]
    """dV = Σ_t do_tᵀ h_t+1; dc = Σ_t do_t; returned: dh_t+1 = do_t V of each loss."""
    (losses, N, K), H = do.shape, V.shape[1]
    hs, dhs = rows[len(rows) - losses :], np.zeros((losses, N, H), V.dtype)
    for t in range(losses):
        for n in range(N):
            for k in range(K):
                dc[k] += do[t, n, k]
                add_multiple(do[t, n, k], hs[t, n, :H], dV[k])
                add_multiple(do[t, n, k], V[k], dhs[t, n])
    return dhs


@inlined
def to_initial(part, firsts, first, d):  # type: ignore[no-untyped-def]
    """Add to an array's cotangent at step 0 what is left of the carry of each sweep that reaches it."""
    for sweep in range(len(firsts)):
        if first + firsts[sweep] == 0:
            for n in range(len(d)):
                add(part[sweep * len(d) + n], d[n])


@inlined
def linear_back(das, rows, U, dM, dxs):  # type: ignore[no-untyped-def]
    """[dW dU db]ᵀ = Σ_t [h_t, x_t, 1]ᵀ da_t; dx_t = da_t U."""
    da, r = das.reshape(-1, das.shape[2]), rows.reshape(-1, rows.shape[2])
    _over_rows(r, da, dM, 0, dM.shape[1])
    _of_rows(da, arranged(U), dxs.reshape(-1, dxs.shape[2]), 0, len(da))
