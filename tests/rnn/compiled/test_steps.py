"""What compiled loops share."""

import numpy as np
import pytest

from rnn.compiled.options import compiled
from rnn.compiled.steps import FEW_ROWS, MANY_ROWS, collect, factor, first_active, flush, product, put


@compiled
def step(rows, by, out):
    """A product as loops make it."""
    product(rows, by, out)


@compiled
def active(firsts, stops, offset):
    """What is written into loops, called."""
    return first_active(firsts, stops, offset)


@compiled
def flushed(part, below):
    """The same."""
    flush(part, below)


@compiled
def collected(part, cotangents):
    """The same."""
    collect(part, cotangents)


@compiled
def put_in(da, das, adds):
    """The same."""
    put(da, das, adds)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rows", [1, FEW_ROWS - 1, FEW_ROWS, MANY_ROWS - 1, MANY_ROWS, 300])
def test_a_product_is_numpys(dtype, rows):
    """Whether it is made in tiles or by BLAS, of as many rows as were announced or of fewer."""
    rng = np.random.default_rng(0)
    a, M = rng.standard_normal((rows, 40)).astype(dtype), rng.standard_normal((40, 30)).astype(dtype)
    by = factor(M, rows)
    for count in (1, rows):
        out = np.full((count, 30), np.nan, dtype)
        step(a[:count], by, out)
        np.testing.assert_allclose(out, a[:count] @ M, rtol=0, atol=400 * np.finfo(dtype).eps)


def test_sweeps_end_the_shallowest_first():
    """At an offset, the first of those that go deeper."""
    firsts, stops = np.array([4, 2, 0]), np.array([5, 5, 6])
    assert [active(firsts, stops, offset) for offset in range(6)] == [0, 1, 1, 2, 2, 2]


def test_flush_sets_what_is_small_to_zero():
    """And leaves all else as it is, NaN and infinity too."""
    part = np.array([[1e-40, -1e-40, 1e-30, -2.0], [np.nan, np.inf, -np.inf, 0.0]])
    flushed(part, 1e-35)
    np.testing.assert_array_equal(part, [[0, 0, 1e-30, -2.0], [np.nan, np.inf, -np.inf, 0.0]])


def test_collect_and_put():
    """A loss's cotangents are added; da is added where others have been, and written else."""
    part, more = np.ones((2, 3)), np.arange(6.0).reshape(2, 3)
    collected(part, more)
    np.testing.assert_array_equal(part, 1 + more)
    das = np.full((2, 3), np.nan)
    put_in(more, das, False)
    put_in(more, das, True)
    np.testing.assert_array_equal(das, 2 * more)
