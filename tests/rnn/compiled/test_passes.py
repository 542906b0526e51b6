"""Passes over one row: what NumPy's calls give, whatever the length and wherever the row lies."""

import numpy as np
import pytest

from rnn.compiled import passes
from rnn.compiled.options import compiled

SIZES = [0, 1, 7, 8, 9, 16, 33, 200]


@compiled
def every(x, y, out):
    """Each pass, one a row of ``out``."""
    passes.copy(x, out[0])
    passes.add(x, out[1])
    passes.times(x, y, out[2])
    passes.minus(x, y, out[3])
    passes.complement(x, out[4])
    passes.add_times(x, y, out[5])
    passes.add_multiple(y.dtype.type(2.5), x, out[6])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_passes_are_numpys(dtype, size):
    """Of slices, that neither begin nor end with their array; what lies beside them stays."""
    rng = np.random.default_rng(size)
    x, y = (rng.standard_normal(size + 2).astype(dtype)[1:-1] for _ in "xy")
    room = np.full((7, size + 2), 3, dtype)
    every(x, y, room[:, 1:-1])
    np.testing.assert_array_equal(room[:5, 1:-1], [x, 3 + x, x * y, x - y, 1 - x])
    # A product and a sum may be fused.
    near = 4 * np.finfo(dtype).eps
    np.testing.assert_allclose(room[5:, 1:-1], [3 + x * y, 3 + dtype(2.5) * x], rtol=near, atol=near)
    assert (room[:, [0, -1]] == 3).all()


@pytest.mark.parametrize("shape", [(1,), (33,), (3, 7), (2, 5, 9)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_entry_that_is_not_finite_is_seen(dtype, shape):
    """Wherever it stands; the largest numbers are finite, though their squares are not."""
    array = np.full(shape, np.finfo(dtype).max)
    array.flat[::2] = np.finfo(dtype).min
    assert passes.all_finite(array)
    for place in (0, array.size // 2, array.size - 1):
        for wrong in (np.nan, np.inf, -np.inf):
            other = array.copy()
            other.flat[place] = wrong
            assert not passes.all_finite(other)
