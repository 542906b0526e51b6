"""Products in tiles: every size that changes their path, beside NumPy's, and to the bit beside each other."""

import os
import sys

import numba
import numpy as np
import pytest
from numba.core.errors import TypingError

from rnn.compiled.options import compiled
from rnn.compiled.tiles import ROWS, VECTOR, _tile, arranged, multiply
from tests.programs import python
from tests.quick import first_quick

DTYPES = [np.dtype(np.float32), np.dtype(np.float64)]
COUNTS = [1, 2, 3, 4, 5, 7, 8, 9, 23]
DEPTHS = [1, 2, 65]
LANES = VECTOR // 4
# Below, at and above one vector and two of either type.
COLUMNS = sorted({1, 2, *(m * LANES // 2 + d for m in (1, 2, 3, 4, 6, 8) for d in (-1, 0, 1))})
# Of few rows, one tile is as wide as so many vectors, and then a narrower one.
WIDER = [m * LANES // 2 + d for m in (16, 33, 70) for d in (0, 3)]


@compiled
def tiles(rows, panels, out):
    """As a loop calls it."""
    multiply(rows, panels, out)


def product(rows, M):
    """rows M, in an array that is larger than it by one row and one column, which must stay as they are."""
    count, columns = len(rows), M.shape[1]
    out = np.full((count + 1, columns + 1), 7, rows.dtype)
    tiles(rows, arranged(M), out[:count, :columns])
    assert (out[count] == 7).all()
    assert (out[:, columns] == 7).all()
    return out[:count, :columns]


def drawn(dtype, *shape):
    """Standard normal numbers."""
    return np.random.default_rng(shape).standard_normal(shape).astype(dtype)


@first_quick("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("count", COUNTS)
def test_a_product_is_numpys(dtype, count):
    """To the rounding of a sum, whatever the number of rows, columns and terms."""
    for depth in DEPTHS:
        for columns in COLUMNS:
            rows, M = drawn(dtype, count, depth), drawn(dtype, depth, columns)
            # Not by BLAS, which may raise flags for what lies beside a small matrix.
            wide, wide_M = rows.astype(np.longdouble), M.astype(np.longdouble)
            most = depth * np.finfo(dtype).eps * (abs(wide) @ abs(wide_M))
            assert (abs(product(rows, M) - wide @ wide_M) <= most).all(), (depth, columns)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("columns", WIDER)
def test_a_product_of_few_rows_is_numpys_over_many_columns(dtype, columns):
    """One row to seven, with the same bits as in the company of others."""
    rows, M = drawn(dtype, 16, 31), drawn(dtype, 31, columns)
    together = product(rows, M)
    np.testing.assert_allclose(together, rows @ M, rtol=0, atol=400 * np.finfo(dtype).eps)
    for count in range(1, 8):
        np.testing.assert_array_equal(product(rows[:count], M), together[:count])


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_an_entry_has_the_same_bits_in_any_company(dtype):
    """Alone, among other rows, among other columns."""
    rows, M = drawn(dtype, 23, 50), drawn(dtype, 50, 3 * LANES + 1)
    together = product(rows, M)
    for count in (1, 3, 4, 8, 22):
        np.testing.assert_array_equal(product(rows[:count], M), together[:count])
        np.testing.assert_array_equal(product(rows[count:], M), together[count:])
    for columns in (1, LANES // 2, LANES, 2 * LANES + 1):
        np.testing.assert_array_equal(product(rows, M[:, :columns]), together[:, :columns])


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_reaches_its_row_alone(special):
    """NaN stays NaN and infinity infinity, and neighbours stay finite."""
    rows, M = np.ones((9, 5)), np.ones((5, 7))
    rows[4, 2] = special
    found = product(rows, M)
    np.testing.assert_array_equal(found[4], np.full(7, special))
    assert (np.delete(found, 4, axis=0) == 5).all()


NARROW = """
import sys
from rnn.compiled.tiles import ROWS, VECTOR
assert (ROWS, VECTOR) == (4, 32), (ROWS, VECTOR)
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-k", "numpys and float32", sys.argv[1]]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or os.uname().machine != "x86_64", reason="names x86's features")
def test_a_processor_with_narrow_registers(tmp_path):
    """Products in float32 with loops compiled for AVX2, by Numba's own settings."""
    if ROWS == 4:
        return  # that is this one
    named = {
        "NUMBA_CPU_NAME": "haswell",
        "NUMBA_CPU_FEATURES": "+avx2,+fma",
        "NUMBA_CACHE_DIR": str(tmp_path),
    }
    done = python("-c", NARROW, __file__, **named)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_tile_has_its_size_when_it_is_compiled():
    """Of a number that is only known later there are no registers."""

    @numba.njit
    def of_size(count, rows, panels, out):
        _tile(count, 1, 0, rows, 0, panels, 0, out, 0)

    with pytest.raises(TypingError, match="the size of a tile"):
        of_size(2, np.ones((2, 3)), np.ones(48), np.ones((2, 16)))
