"""Memory layouts of arrays: the same numbers with other strides, or as parts of a larger array."""

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

import numpy as np

from verification.models.arrays import Array

# A sequence (N, T, …) stored as (T, N, …); arrays that are parts of one with two more columns, or with twice
# as many records.
STEPS_FIRST, COLUMNS, ALTERNATE = "steps first", "columns of a wider array", "every other record"

# For several arrays: parts of one array of a single axis; and shared memory, where the numbers are equal.
ONE_BUFFER, SHARED = "in one buffer", "in the same memory"


def _fortran(array: Array) -> Array:
    return array.copy(order="F")


def _backwards(array: Array) -> Array:
    """Every axis is reversed in memory."""
    return np.flip(np.flip(array).copy()) if array.ndim else array.copy()


def _gapped(array: Array) -> Array:
    """A gap of one number after each number of the last axis."""
    return np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array.copy()


def _repeated(array: Array) -> Array:
    """Axes along which all numbers are equal have stride zero; the array is then read-only."""
    for axis in range(array.ndim):
        first = array.take([0], axis)
        if array.shape[axis] > 1 and np.array_equal(array, np.broadcast_to(first, array.shape)):
            return np.broadcast_to(_repeated(first), array.shape)
    return array.copy()


def _read_only(array: Array) -> Array:
    frozen = np.array(array)
    frozen.flags.writeable = False
    return frozen


def _steps_first(array: Array) -> Array:
    return array.swapaxes(0, 1).copy().swapaxes(0, 1) if array.ndim > 1 else array.copy()


def _columns(array: Array) -> Array:
    """Each row has numbers of another array on both sides."""
    if not array.ndim:
        return array.copy()
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(1, 1)], mode="edge")[..., 1:-1]


def _alternate(array: Array) -> Array:
    return np.repeat(array, 2, axis=0)[::2] if array.ndim else array.copy()


LAYOUTS: Mapping[str, Callable[[Array], Array]] = {
    "Fortran order": _fortran,
    "backwards": _backwards,
    "a gap after each number": _gapped,
    "repeated": _repeated,
    "read-only": _read_only,
    STEPS_FIRST: _steps_first,
    COLUMNS: _columns,
    ALTERNATE: _alternate,
}


def laid_out(array: Array, layout: str | None) -> Array:
    """A copy with the memory layout ``layout``; in C order for None, and for layouts of several arrays."""
    return array.copy() if layout is None or layout not in LAYOUTS else LAYOUTS[layout](array)


def layout_in_words(array: Array) -> str | None:
    """The layout of an array, by the names that ``laid_out`` takes; None for C order."""
    if array.size < 2 or array.flags.c_contiguous:
        return None if array.flags.writeable else "read-only"
    if any(stride < 0 for stride in array.strides):
        return "backwards"
    if array.flags.f_contiguous:
        return "Fortran order"
    if array.ndim > 1 and array.swapaxes(0, 1).flags.c_contiguous:
        return STEPS_FIRST
    if 0 in array.strides:
        return "repeated"
    return COLUMNS if array.strides[-1] == array.itemsize else "a gap after each number"


def arranged(arrays: Sequence[Array], layouts: Sequence[str | None]) -> list[Array]:
    """Copies of arrays with their layouts; those with one buffer, or with shared memory, are made together.

    Arrays that should share memory but have different numbers get memory of their own.
    """
    made = [laid_out(array, layout) for array, layout in zip(arrays, layouts, strict=True)]
    together = [i for i, layout in enumerate(layouts) if layout == ONE_BUFFER]
    if together:
        whole = np.concatenate([arrays[i].ravel() for i in together])
        ends = list(accumulate(arrays[i].size for i in together))
        for i, end in zip(together, ends, strict=True):
            made[i] = whole[end - arrays[i].size : end].reshape(arrays[i].shape)
    shared = [i for i, layout in enumerate(layouts) if layout == SHARED]
    for i in shared[1:]:
        if np.array_equal(arrays[i], arrays[shared[0]]):
            made[i] = made[shared[0]]
    return made


def in_words(layouts: Mapping[str, str], count: int) -> str:
    """The layouts of some of ``count`` arrays in words, by their names."""
    clauses = []
    for how in dict.fromkeys(layouts.values()):
        names = [name for name, each in layouts.items() if each == how]
        which = "all arrays" if 1 < len(names) == count else ", ".join(names)
        clauses.append(f"{which} in memory: {how}")
    return ", ".join(clauses)
