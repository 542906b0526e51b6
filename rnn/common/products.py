"""Products of the size of one step, and what makes them fast: memory alignment, and products in parts.

The constants are those of OpenBLAS on x86; with another library there is little to gain and little to lose
(``benchmarks/NOTES.md``).
"""

from collections.abc import Callable
from functools import partial
from math import prod
from typing import Any, TypeAlias

import numpy as np

from rnn.common.arrays import FRACTIONS, Array

Product: TypeAlias = Callable[[Array, Array, Array], object]
"""``product(rows, M, out)`` writes rows M into ``out``."""

# NumPy's product with the least cost of a call; ``np.matmul`` has twice as much.
dot: Product = np.ndarray.dot

# Up to so many multiplications OpenBLAS makes a product without first copying both factors into an order of
# its own, which takes up to a third of the time of one that is a little larger. So a product costs less in
# parts that are small, each of whole tiles: the rows that are multiplied together. But only up to 2.5 million
# multiplications: of more the second thread makes as much, where there is one.
SMALL_PRODUCT = 1_000_000
LARGE_PRODUCT = 2_500_000
TILE = 4

# Up to so many OpenBLAS makes a product with one thread, even where it has several.
BLAS_ALONE = 4 * 65536

# Bytes of a cache line. A product that finds every row of a matrix across two lines takes up to half as long
# again; a smaller matrix than this hides it, and rows that are no multiple of half a line lie across anyway.
LINE = 64
SMALL_MATRIX = 16 * 1024

# Rows that a matrix has to be multiplied by before the gain repays a copy. One at a time, 5 to 41
# were needed in float64 and 12 to 141 in float32.
REPAYING = 16


def matrix_product(a: Array, b: Array, out: Array | None = None) -> Array:
    """a b of (R, G) and (G, K), in ``out`` (R, K) if given, however the two lie.

    A factor that is not contiguous, as some columns of a wider matrix, ``dot`` copies first, and ``matmul``
    takes as it is. But where G is 1, as of a loss with one output, ``matmul`` takes five times as long.
    """
    if a.flags.forc and b.flags.forc:
        product: Array = a.dot(b, out)
        return product
    return np.matmul(a, b, out)


def product_by(M: Array, count: int) -> Product:
    """The fastest product of up to ``count`` rows by M: in one call, or in parts."""
    size = count * M.size
    if not SMALL_PRODUCT < size <= LARGE_PRODUCT or TILE * M.size > SMALL_PRODUCT:
        return dot
    most = SMALL_PRODUCT // M.size // TILE * TILE
    return partial(_in_parts, [slice(start, start + most) for start in range(0, count, most)])


def _in_parts(parts: list[slice], rows: Array, M: Array, out: Array) -> None:
    for part in parts:
        rows[part].dot(M, out[part])


def aligned(shape: tuple[int, int], dtype: np.dtype[Any]) -> Array:
    """An uninitialised matrix, at the start of a cache line where products gain by it."""
    if not _gains(shape, dtype):
        return np.empty(shape, dtype)
    size, itemsize = prod(shape), dtype.itemsize
    block = np.empty(size + LINE // itemsize, dtype)
    start = -block.ctypes.data % LINE // itemsize
    return block[start : start + size].reshape(shape)


def aligned_copy(matrix: Array, rows: int) -> Array:
    """The matrix in C order: itself, or an aligned copy if products of so many rows repay the copy."""
    if rows < REPAYING or not _gains(matrix.shape, matrix.dtype):
        return np.ascontiguousarray(matrix)
    copy = aligned(matrix.shape, matrix.dtype)
    copy[...] = matrix
    return copy


def _gains(shape: tuple[int, ...], dtype: np.dtype[Any]) -> bool:
    rows, columns = shape
    row = columns * dtype.itemsize
    return 2 * row % LINE == 0 and rows * row >= SMALL_MATRIX and dtype != FRACTIONS
