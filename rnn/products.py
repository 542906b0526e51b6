"""Products of the size of one step, and what makes them fast: how matrices lie, and how many rows go at once.

The constants are those of OpenBLAS on x86; with another library there is little to gain and little to lose
(``benchmarks/NOTES.md``).
"""

from math import prod

import numpy as np

from rnn.arrays import FRACTIONS, Array

# NumPy's product with the least cost of a call; ``np.matmul`` has twice as much.
product = np.ndarray.dot

# Up to so many multiplications OpenBLAS makes a product without first copying both factors into an order of
# its own, which takes up to a third of the time of one that is a little larger. So two halves cost less than
# the whole, as long as each is small enough and has the four rows that are multiplied together.
SMALL_PRODUCT = 1_000_000
FEW_ROWS = 8

# Bytes of a cache line. A product that finds every row of a matrix across two lines takes up to half as long
# again; a smaller matrix than this hides it, and rows that are no multiple of half a line lie across anyway.
LINE = 64
SMALL_MATRIX = 16 * 1024


def halves(rows: int, M: Array) -> tuple[slice, ...]:
    """The rows that one call multiplies by M: all of them, or halves where that makes small products."""
    if rows < FEW_ROWS or not SMALL_PRODUCT < rows * M.size <= 2 * SMALL_PRODUCT:
        return (slice(0, rows),)
    return slice(0, rows // 2), slice(rows // 2, rows)


def aligned(shape: tuple[int, int], like: Array) -> Array:
    """Room for a matrix of numbers as in ``like``, at the start of a cache line where products gain by it."""
    if not _gains(shape, like):
        return np.empty(shape, like.dtype)
    size, itemsize = prod(shape), like.itemsize
    block = np.empty(size + LINE // itemsize, like.dtype)
    start = -block.ctypes.data % LINE // itemsize
    return block[start : start + size].reshape(shape)


def lined_up(matrix: Array) -> Array:
    """The matrix in C order, at the start of a cache line where products gain by it: itself, or a copy."""
    rows, columns = matrix.shape
    if not _gains((rows, columns), matrix):
        return np.ascontiguousarray(matrix)
    copy = aligned((rows, columns), matrix)
    copy[...] = matrix
    return copy


def _gains(shape: tuple[int, int], like: Array) -> bool:
    rows, columns = shape
    row = columns * like.itemsize
    return 2 * row % LINE == 0 and rows * row >= SMALL_MATRIX and like.dtype != FRACTIONS
