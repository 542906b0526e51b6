"""Reverse mode from several arrays to several: equal to autograd's own, one by one."""

import autograd.numpy as anp
import numpy as np

from verification.truth.reverse import make_vjp

LEAVES = {"a": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": np.array([0.5, -1.5]), "unused": np.ones(3)}


def test_a_result_that_depends_on_nothing_brings_nothing_back():
    """And one that is given twice brings both."""
    back, values = make_vjp(lambda leaves: (np.ones(2), leaves["b"], leaves["b"]), LEAVES)
    got = back((np.ones(2), np.array([1.0, 2.0]), np.array([10.0, 20.0])))
    assert got["b"].tolist() == [11.0, 22.0]
    assert not got["a"].any()
    assert values[0].tolist() == [1.0, 1.0]


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


def test_a_comparison_is_none_of_the_ways():
    """It has no derivative, and is not gone back through."""
    back, _ = make_vjp(lambda leaves: (anp.where(leaves["b"] > 0, leaves["b"], 0),), LEAVES)
    assert back((np.ones(2),))["b"].tolist() == [1, 0]
