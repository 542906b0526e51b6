"""The passes over one row that compiled loops are made of, each short enough to become vector code.

A loop over many arrays at once does not: it would first have to be shown that none overlaps another. Nor does
a row of a view with gaps, as a tape's ``states`` are: ``rows[t, n, :H]`` is known to lie in one piece.
"""

import numpy as np

from rnn.compiled.options import compiled, inlined


@inlined
def copy(x, out):  # type: ignore[no-untyped-def]
    """out = x"""
    for j in range(out.size):
        out[j] = x[j]


@inlined
def add(x, out):  # type: ignore[no-untyped-def]
    """out += x"""
    for j in range(out.size):
        out[j] += x[j]


@inlined
def add_multiple(s, x, out):  # type: ignore[no-untyped-def]
    """out += s x"""
    for j in range(out.size):
        out[j] += s * x[j]


@inlined
def times(x, y, out):  # type: ignore[no-untyped-def]
    """out = x ⊙ y"""
    for j in range(out.size):
        out[j] = x[j] * y[j]


@inlined
def minus(x, y, out):  # type: ignore[no-untyped-def]
    """out = x − y"""
    for j in range(out.size):
        out[j] = x[j] - y[j]


@inlined
def complement(x, out):  # type: ignore[no-untyped-def]
    """out = 1 − x"""
    one = x.dtype.type(1)
    for j in range(out.size):
        out[j] = one - x[j]


@inlined
def add_times(x, y, out):  # type: ignore[no-untyped-def]
    """out += x ⊙ y"""
    for j in range(out.size):
        out[j] += x[j] * y[j]


@compiled
def all_finite(array):  # type: ignore[no-untyped-def]
    """Is every entry finite? No entry ends the look, so that it is vector code."""
    entries, found = array.reshape(-1), True
    for j in range(entries.size):
        found &= np.isfinite(entries[j])
    return found
