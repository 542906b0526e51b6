"""Products over all steps, by BLAS and by our own tiles, in one thread and in several."""

import numpy as np
import pytest

from rnn.compiled import products
from rnn.compiled.products import ROWS, of_rows, over_rows

SIZES = [(1, 1, 1), (5, 3, 2), (ROWS - 1, 7, 9), (ROWS, 17, 40), (ROWS + 1, 33, 31), (3 * ROWS + 5, 20, 100)]


@pytest.fixture(params=["BLAS", 1, 2, 3])
def way(request, monkeypatch):
    """Who makes the products, and in how many threads."""
    monkeypatch.setattr(products, "left_to_blas", lambda work: request.param == "BLAS")
    monkeypatch.setattr(products, "threads_for", lambda work: request.param)
    return request.param


def drawn(dtype, *shape):
    """Standard normal numbers."""
    return np.random.default_rng(shape).standard_normal(shape).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_product_is_numpys(way, dtype, sizes):
    """Of all columns and of some, in an array of its own or in one that is given."""
    R, K, G = sizes
    close = {"rtol": 0, "atol": 40 * (R + G) * np.finfo(dtype).eps}
    a, b, M = drawn(dtype, R, G), drawn(dtype, R, K), drawn(dtype, G, K)
    np.testing.assert_allclose(of_rows(a, M), a @ M, **close)
    np.testing.assert_allclose(over_rows(a, b), a.T @ b, **close)
    lo, hi = G // 3, max(G // 3 + 1, G - 1)
    np.testing.assert_allclose(of_rows(a, M[lo:hi], lo, hi), a[:, lo:hi] @ M[lo:hi], **close)
    np.testing.assert_allclose(over_rows(a, b, lo, hi), a[:, lo:hi].T @ b, **close)
    out = np.full((R, K), np.nan, dtype)
    of_rows(a, M, out=out)
    np.testing.assert_allclose(out, a @ M, **close)


@pytest.mark.parametrize("special", [np.nan, np.inf])
def test_what_is_not_finite_reaches_its_sums_alone(way, special):
    """One column of the one factor, all of the other."""
    a, b = np.ones((9, 5)), np.ones((9, 7))
    a[4, 2] = special
    # BLAS multiplies infinity by what fills its own panels.
    with np.errstate(invalid="ignore"):
        found = over_rows(a, b)
    np.testing.assert_array_equal(found[2], np.full(7, special))
    assert (np.delete(found, 2, axis=0) == 9).all()
