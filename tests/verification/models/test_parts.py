"""Parts of an axis, and what comes back from them."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from verification.models.parts import parts


@pytest.mark.parametrize("axis", [-1, -2])
def test_parts_are_those_of_split_and_so_is_the_gradient(axis):
    """Along either axis, of one part alone as well as of several."""
    a = np.arange(2 * 6 * 6.0).reshape(2, 6, 6)

    def loss(divide):
        def of(a):
            first, _, last = divide(a)
            return anp.sum(first**2) + anp.sum(anp.sin(last) * first)

        return of

    for got, want in zip(parts(a, 3, axis), np.split(a, 3, axis), strict=True):
        np.testing.assert_array_equal(got, want)
    got = grad(loss(lambda a: parts(a, 3, axis)))(a)
    np.testing.assert_allclose(got, grad(loss(lambda a: anp.split(a, 3, axis)))(a), rtol=1e-15)
