"""What compiled loops share."""

import numpy as np
import pytest

from rnn.compiled.steps import collect, first_active, flush, product, put
from rnn.products import LARGE_PRODUCT, SMALL_PRODUCT


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("rows", "inner", "columns"), [(1, 1, 1), (3, 4, 5), (130, 100, 100), (300, 100, 100), (70, 300, 100)]
)
def test_a_product_is_numpys(dtype, rows, inner, columns):
    """Whether it is made at once or in parts, to rounding."""
    rng = np.random.default_rng(0)
    a, M = (
        rng.standard_normal((rows, inner)).astype(dtype),
        rng.standard_normal((inner, columns)).astype(dtype),
    )
    out = np.full((rows, columns), np.nan, dtype)
    product(a, M, out)
    np.testing.assert_allclose(out, a @ M, rtol=0, atol=inner * 10 * np.finfo(dtype).eps)


def test_products_of_every_kind_are_tried():
    """The sizes above lie below, between and above the limits of what is made in parts."""
    sizes = [3 * 4 * 5, 130 * 100 * 100, 300 * 100 * 100]
    assert sizes[0] <= SMALL_PRODUCT < sizes[1] <= LARGE_PRODUCT < sizes[2]


def test_sweeps_end_the_shallowest_first():
    """At an offset, the first of those that go deeper."""
    firsts, stops = np.array([4, 2, 0]), np.array([5, 5, 6])
    assert [first_active(firsts, stops, offset) for offset in range(6)] == [0, 1, 1, 2, 2, 2]


def test_flush_sets_what_is_small_to_zero():
    """And leaves all else as it is, NaN and infinity too."""
    part = np.array([[1e-40, -1e-40, 1e-30, -2.0], [np.nan, np.inf, -np.inf, 0.0]])
    flush(part, 1e-35)
    np.testing.assert_array_equal(part, [[0, 0, 1e-30, -2.0], [np.nan, np.inf, -np.inf, 0.0]])


def test_collect_and_put():
    """A loss's cotangents are added; da is added where others have been, and written else."""
    part, more = np.ones((2, 3)), np.arange(6.0).reshape(2, 3)
    collect(part, more)
    np.testing.assert_array_equal(part, 1 + more)
    das = np.full((2, 3), np.nan)
    put(more, das, False)
    put(more, das, True)
    np.testing.assert_array_equal(das, 2 * more)
