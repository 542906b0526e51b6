"""What the compiled loops of every cell share: the way of a carry, and the bookkeeping of sweeps."""

import numpy as np

from rnn.compiled.options import inlined
from rnn.compiled.tiles import multiply

# Of fewer records local derivatives are made of all steps before the first step back, in the order of memory.
# Of more they would be out of the cache when they are read: a step's are made when a sweep comes to it.
FEW = 8


@inlined
def ahead(firsts, stops, known, records):  # type: ignore[no-untyped-def]
    """The steps whose local derivatives are made ahead, which are known then: those of these sweeps."""
    steps = np.empty(len(known), np.int64)
    count = 0
    for sweep in range(len(firsts) if records < FEW else 0):
        for t in range(firsts[sweep], stops[sweep]):
            if not known[t]:
                steps[count], known[t] = t, True
                count += 1
    return steps[:count]


@inlined
def carry_back(da, panels, dh, active, N, lo, hi):  # type: ignore[no-untyped-def]
    """dh = da W of the sweeps from ``active`` on, N rows each: of the records lo ≤ n < hi."""
    if hi - lo == N:
        multiply(da[active * N :], panels, dh[active * N :])
    else:
        for row in range(active * N, len(dh), N):
            multiply(da[row + lo : row + hi], panels, dh[row + lo : row + hi])


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
