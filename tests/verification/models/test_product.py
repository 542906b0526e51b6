"""Rows times weights, in every type, and the gradients of both."""

from fractions import Fraction

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from verification.models.product import rows

TYPES = (np.float32, np.float64, np.longdouble, np.complex128, np.clongdouble)


def some(dtype, weights=(2, 4, 3), given=(2, 5, 3)):
    """W and x, of small whole numbers."""
    rng = np.random.default_rng(0)
    return rng.integers(-3, 4, weights).astype(dtype), rng.integers(-3, 4, given).astype(dtype)


@pytest.mark.parametrize("dtype", TYPES)
def test_it_is_the_product_that_numpy_has(dtype):
    """Of copies, and of arrays that lie otherwise."""
    W, x = some(dtype)
    want = np.matmul(x, np.swapaxes(W, -1, -2))
    assert rows(W, x).dtype == dtype
    np.testing.assert_array_equal(rows(W, x), want)
    np.testing.assert_array_equal(rows(np.asfortranarray(W), np.flip(np.flip(x).copy())), want)


@pytest.mark.parametrize(
    ("weights", "given"), [((2, 4, 3), (2, 5, 3)), ((4, 3), (2, 5, 3)), ((2, 4, 3), (5, 3))]
)
@pytest.mark.parametrize("dtype", [np.float64, np.longdouble])
def test_both_gradients_are_autograd_s_of_the_product(dtype, weights, given):
    """Where one has fewer copies than the other, too."""
    W, x = some(dtype, weights, given)

    def loss(product):
        return lambda W, x: anp.sum(anp.sin(product(W, x)))

    for number in (0, 1):
        got = grad(loss(rows), number)(W, x)
        want = grad(loss(lambda W, x: anp.matmul(x, anp.swapaxes(W, -1, -2))), number)(W, x)
        assert got.dtype == want.dtype
        np.testing.assert_allclose(got, want, rtol=1e-14, atol=1e-14)


def test_fractions_are_multiplied_exactly():
    """As objects."""
    W, x = np.array([[Fraction(1, 3)]], dtype=object), np.array([[Fraction(3, 7)]], dtype=object)
    assert rows(W, x).tolist() == [[Fraction(1, 7)]]
