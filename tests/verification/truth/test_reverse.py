"""Reverse mode from several arrays to several: equal to autograd's own, one by one."""

import autograd.numpy as anp
import numpy as np

from verification.truth.reverse import make_vjp

LEAVES = {"a": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": np.array([0.5, -1.5]), "unused": np.ones(3)}


def doubled(flow, more):
    """A change that can be counted."""
    return 2 * flow


def test_each_way_back_is_changed_by_itself():
    """Once for each operation on the way, and each use of a number; what moves numbers is none."""
    back, _ = make_vjp(lambda leaves: (leaves["a"] * leaves["b"] + leaves["a"],), LEAVES)
    plain, changed = back((np.ones((2, 2)),)), back((np.ones((2, 2)),), doubled)
    # By the product and the sum, and by the sum alone.
    np.testing.assert_allclose(changed["a"], [4 * LEAVES["b"] + 2] * 2)
    np.testing.assert_allclose(changed["b"], 4 * plain["b"])
    back, _ = make_vjp(lambda leaves: (anp.reshape(leaves["a"].T[1:], (2,)) + 1,), LEAVES)
    assert back((np.ones(2),), doubled)["a"].tolist() == [[0, 2], [0, 2]]
