"""Products of the size of one step: how their rows are parted, and where matrices lie."""

from fractions import Fraction

import numpy as np
import pytest

from rnn.common.products import aligned, dot, matrix_product, product_by


@pytest.mark.parametrize(
    ("rows", "columns", "inner", "parts"),
    [
        (8, 125, 1000, [8]),
        (8, 125, 1001, [4, 4]),
        (10, 125, 800, [10]),
        (9, 125, 1000, [8, 1]),
        (20, 200, 401, [12, 8]),
        (20, 125, 1000, [8, 8, 4]),
        (20, 125, 1001, [20]),
        (7, 250, 1000, [4, 3]),
        (7, 250, 1001, [7]),
        (1, 1000, 1001, [1]),
    ],
)
def test_products_are_parted_where_all_parts_are_small(rows, columns, inner, parts):
    """Into parts of whole tiles of rows; few rows, and a product small or too large, are left whole."""
    made = []

    class Counted(np.ndarray):
        def dot(self, M, out):
            made.append(len(self))
            np.ndarray.dot(self, M, out)

    rng = np.random.default_rng(0)
    M = rng.integers(-9, 9, (inner, columns)).astype(np.float32)
    product = product_by(M, rows)
    # The later arrays may be shorter, even so short that the last parts have no rows.
    for count in (rows, rows, 1):
        each = rng.integers(-9, 9, (count, inner)).astype(np.float32)
        out = np.full((count, columns), np.nan, np.float32)
        product(each.view(Counted), M, out)
        assert (out == each @ M).all()
    if len(parts) == 1:
        assert product is dot
        assert made == []
    else:
        assert made[: len(parts)] == made[len(parts) : 2 * len(parts)] == parts
        assert made[2 * len(parts) :] == [1] + [0] * (len(parts) - 1)


@pytest.mark.parametrize("number", [np.float32, np.float64, np.longdouble, Fraction])
@pytest.mark.parametrize("apart", [(False, False), (True, False), (False, True), (True, True)], ids=str)
def test_a_product_is_the_same_however_its_factors_lie(number, apart):
    """In one piece, as columns of wider matrices, or turned; in its own array or in one that is given."""
    rng = np.random.default_rng(0)

    def drawn(rows, columns, is_apart):
        drawn = np.vectorize(number, otypes=[object if number is Fraction else number])
        return drawn(rng.integers(-9, 9, (rows, columns + 3 * is_apart)))[:, :columns]

    for rows, inner, columns in ((1, 4, 3), (5, 1, 7), (6, 4, 1), (40, 9, 12)):
        a, b = drawn(rows, inner, apart[0]), drawn(inner, columns, apart[1])
        want = [[sum(x * y for x, y in zip(row, column, strict=True)) for column in b.T] for row in a]
        assert matrix_product(a, b).tolist() == want
        assert matrix_product(b.T, a.T).T.tolist() == want
        out = np.empty((rows, columns), a.dtype)
        assert matrix_product(a, b, out) is out
        assert out.tolist() == want


# Rows of whole and of half cache lines, 16 KiB and more.
LARGE = [(np.float32, (64, 64)), (np.float32, (512, 8)), (np.float64, (33, 100)), (np.longdouble, (64, 32))]


@pytest.mark.parametrize(("dtype", "shape"), LARGE)
def test_large_matrices_begin_with_a_cache_line(dtype, shape):
    """It has the shape and the kind asked for, in C order, and is its own, wherever it happens to lie."""
    matrices = [aligned(shape, np.dtype(dtype)) for _ in range(20)]
    for number, matrix in enumerate(matrices):
        matrix[...] = number
    for number, matrix in enumerate(matrices):
        assert (matrix.shape, matrix.dtype) == (shape, dtype)
        assert matrix.flags.c_contiguous
        assert matrix.ctypes.data % 64 == 0
        assert (matrix == number).all()
