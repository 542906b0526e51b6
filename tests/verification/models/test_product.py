"""Rows times weights of which one has fewer copies than the other; all else of them every model holds."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from verification.models.product import rows


@pytest.mark.parametrize(("weights", "given"), [((4, 3), (2, 5, 3)), ((2, 4, 3), (5, 3))])
def test_both_gradients_are_autograd_s_of_the_product(weights, given):
    """Summed over the copies that it has not."""
    rng = np.random.default_rng(0)
    W, x = rng.normal(size=weights), rng.normal(size=given)

    def loss(product):
        return lambda W, x: anp.sum(anp.sin(product(W, x)))

    for number in (0, 1):
        want = grad(loss(lambda W, x: anp.matmul(x, anp.swapaxes(W, -1, -2))), number)(W, x)
        np.testing.assert_allclose(grad(loss(rows), number)(W, x), want, rtol=1e-14, atol=1e-14)
