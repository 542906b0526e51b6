"""What tests compare of two gradients: every array."""

import numpy as np


def blocks(grads):
    """Every array of a gradient."""
    return [*grads.params, grads.xs, *grads.state]


def assert_near(one, other):
    """Floats to rounding and Fractions exactly, block by block."""
    for got, want in zip(one, other, strict=True):
        if np.asarray(want).dtype == object:
            assert np.asarray(got).tolist() == np.asarray(want).tolist()
        else:
            np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)
