"""What the compiled loops of every cell share: a step's product, and the bookkeeping of sweeps."""

import numpy as np

from rnn.compiled.options import compiled
from rnn.products import LARGE_PRODUCT, SMALL_PRODUCT, TILE


@compiled
def product(rows, M, out):  # type: ignore[no-untyped-def]
    """``out`` = ``rows`` M, in parts where ``rnn.products`` makes it in parts."""
    size = len(rows) * M.size
    if size <= SMALL_PRODUCT or size > LARGE_PRODUCT or TILE * M.size > SMALL_PRODUCT:
        np.dot(rows, M, out)
        return
    most = SMALL_PRODUCT // M.size // TILE * TILE
    for start in range(0, len(rows), most):
        np.dot(rows[start : start + most], M, out[start : start + most])


@compiled
def first_active(firsts, stops, offset):  # type: ignore[no-untyped-def]
    """The first sweep, of those with the shallowest first, that goes back more than ``offset`` steps."""
    sweep = 0
    while stops[sweep] - firsts[sweep] <= offset:
        sweep += 1
    return sweep


@compiled
def flush(part, below):  # type: ignore[no-untyped-def]
    """Set to 0 the entries of a carry that are smaller than ``below``."""
    for n in range(part.shape[0]):
        for j in range(part.shape[1]):
            if abs(part[n, j]) < below:
                part[n, j] = 0


@compiled
def collect(part, cotangents):  # type: ignore[no-untyped-def]
    """Add a loss's cotangents to a carry."""
    for n in range(part.shape[0]):
        for j in range(part.shape[1]):
            part[n, j] += cotangents[n, j]


@compiled
def put(da, das, adds):  # type: ignore[no-untyped-def]
    """Write a step's da where it belongs, or add it to what other sweeps have put there."""
    for n in range(da.shape[0]):
        for j in range(da.shape[1]):
            das[n, j] = das[n, j] + da[n, j] if adds else da[n, j]
