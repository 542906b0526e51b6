"""Products over all steps at once: BLAS's, or, where that would keep other threads waiting, our own in tiles.

In one thread BLAS is the faster one of the two for sums over rows, and its threads stay in the way of ours
(``rnn.compiled.sharing``; figures in ``benchmarks/NOTES.md``).
"""

from functools import partial
from itertools import pairwise

import numpy as np

from rnn.common.arrays import Array
from rnn.common.products import matrix_product
from rnn.compiled.options import compiled
from rnn.compiled.passes import copy
from rnn.compiled.sharing import Part, left_to_blas, shared, threads_for
from rnn.compiled.tiles import VECTOR, WIDTH, add_rows, arranged, at_a_line, multiply

# Rows that are multiplied by a panel, or summed into a tile, before the next: they stay in the cache.
ROWS = 128


def of_rows(rows: Array, M: Array, lo: int = 0, hi: int | None = None, out: Array | None = None) -> Array:
    """``rows[:, lo:hi]`` M, in ``out`` if given."""
    some = rows if hi is None else rows[:, lo:hi]
    if left_to_blas(len(rows) * M.size):
        return matrix_product(some, M, out)
    if out is None:
        out = np.empty((len(rows), M.shape[1]), M.dtype)
    panels, threads = arranged(np.ascontiguousarray(M)), threads_for(len(rows) * M.nbytes)
    shared(partial(_of_rows, some, panels, out), _parts(len(rows), threads), threads)
    return out


def over_rows(a: Array, b: Array, lo: int = 0, hi: int | None = None) -> Array:
    """Σ a[r, lo:hi]ᵀ b[r] over the rows r: (hi − lo, columns of b)."""
    some = a if hi is None else a[:, lo:hi]
    columns = some.shape[1]
    if left_to_blas(columns * b.size):
        # The factor that BLAS reads by columns is the narrow one.
        return matrix_product(b.T, some).T
    threads, lanes = threads_for(columns * b.nbytes), WIDTH * VECTOR // b.itemsize
    out = np.zeros((b.shape[1], columns + -columns % lanes), b.dtype)
    parts = [(first * lanes, last * lanes) for first, last in _parts(out.shape[1] // lanes, threads)]
    shared(partial(_over_rows, b, some, out), parts, threads)
    return out[:, :columns].T


def _parts(count: int, threads: int) -> list[Part]:
    """Of so many the parts of each thread."""
    borders = [count * i // threads for i in range(threads + 1)]
    return list(pairwise(borders))


@compiled
def _of_rows(rows, panels, out, first, last):  # type: ignore[no-untyped-def]
    """``out`` = ``rows`` M from row ``first`` to ``last``."""
    for r in range(first, last, ROWS):
        some = slice(r, min(last, r + ROWS))
        multiply(rows[some], panels, out[some])


@compiled
def _over_rows(b, a, out, first, last):  # type: ignore[no-untyped-def]
    """``out`` += Σ b[r]ᵀ a[r], from column ``first`` to ``last``, which are whole panels."""
    width, columns = WIDTH * VECTOR // out.itemsize, a.shape[1]
    panels = at_a_line(ROWS * (last - first), out)
    # What fills the last panel is added to columns that nobody reads; denormal numbers would take their time.
    panels[:] = 0
    for r in range(0, len(a), ROWS):
        some, rows = a[r : r + ROWS], b[r : r + ROWS].T
        for k in range(len(some)):
            for at in range(first, last, width):
                own, start = min(width, columns - at), (at - first) * ROWS + k * width
                copy(some[k, at : at + own], panels[start : start + own])
        for at in range(first, last, width):
            add_rows(rows, panels[(at - first) * ROWS :], columns - at, out, at)
