"""What tests compare of two results: every array and every number of a gradient."""

import numpy as np


def blocks(grads):
    """Every array of a gradient."""
    return [*grads.params, grads.xs, *grads.state]


def everything(result):
    """Every number of a result, the loss first."""
    value, grads = result
    return [value, *(entry for block in blocks(grads) for entry in block.flat)]


def assert_near(one, other):
    """To rounding, block by block."""
    for got, want in zip(one, other, strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)
