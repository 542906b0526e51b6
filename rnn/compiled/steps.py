"""What the compiled loops of every cell share: a step's product, and the bookkeeping of sweeps."""

import numpy as np

from rnn.arrays import Array
from rnn.compiled.options import inlined
from rnn.compiled.tiles import VECTOR, arranged, multiply

# Of fewer rows than a tile has a product gains too little to repay the arranging in some dozens of steps. Of
# many BLAS arranges its factors for little, and may share them out to threads.
FEW_ROWS, MANY_ROWS = 8, 128

# No panels, and no room: BLAS takes the matrix as it is.
_NONE = {dtype: (np.empty(0, dtype), np.empty((0, 0), dtype)) for dtype in map(np.dtype, ("f4", "f8"))}


def factor(M: Array, count: int) -> tuple[Array, Array, Array]:
    """M as ``product`` takes it for up to ``count`` rows: itself, its panels or none, and room for a tile."""
    if FEW_ROWS <= count < MANY_ROWS:
        return M, arranged(M), np.empty((count, 2 * VECTOR // M.itemsize), M.dtype)
    return M, *_NONE[M.dtype]


@inlined
def product(rows, by, out):  # type: ignore[no-untyped-def]
    """``out`` = ``rows`` M, given ``by`` = ``factor(M, …)``."""
    M, panels, room = by
    if len(room):
        multiply(rows, panels, out, room)
    else:
        np.dot(rows, M, out)


@inlined
def first_active(firsts, stops, offset):  # type: ignore[no-untyped-def]
    """The first sweep, of those with the shallowest first, that goes back more than ``offset`` steps."""
    sweep = 0
    while stops[sweep] - firsts[sweep] <= offset:
        sweep += 1
    return sweep


@inlined
def flush(part, below):  # type: ignore[no-untyped-def]
    """Set to 0 the entries of a carry that are smaller than ``below``."""
    for n in range(part.shape[0]):
        for j in range(part.shape[1]):
            if abs(part[n, j]) < below:
                part[n, j] = 0


@inlined
def collect(part, cotangents):  # type: ignore[no-untyped-def]
    """Add a loss's cotangents to a carry."""
    for n in range(part.shape[0]):
        for j in range(part.shape[1]):
            part[n, j] += cotangents[n, j]


@inlined
def put(da, das, adds):  # type: ignore[no-untyped-def]
    """Write a step's da where it belongs, or add it to what other sweeps have put there."""
    for n in range(da.shape[0]):
        for j in range(da.shape[1]):
            das[n, j] = das[n, j] + da[n, j] if adds else da[n, j]
