"""The reference's loss, on numbers that a reader can check."""

from fractions import Fraction

import numpy as np
from autograd import grad

from verification.reference.losses import squared_error


def test_it_is_half_the_sum_of_squares():
    """½ (1 + 4 + 9 + 16): summed over records and outputs, with no mean."""
    outputs, targets = np.array([[2.0, 1.0], [3.0, 5.0]]), np.array([[1.0, 3.0], [0.0, 1.0]])
    assert squared_error(outputs, targets) == 15


def test_its_gradient_is_the_residual():
    """∂/∂o ½ (o − y)² is o − y."""
    outputs, targets = np.array([[2.0, 1.0], [3.0, 5.0]]), np.array([[1.0, 3.0], [0.0, 1.0]])
    assert grad(squared_error)(outputs, targets).tolist() == [[1.0, -2.0], [3.0, 4.0]]


def test_copies_do_not_meet():
    """Leading axes are copies, each with a loss of its own."""
    outputs = np.arange(24.0).reshape(2, 3, 2, 2)
    got = squared_error(outputs, np.ones((2, 2)))
    want = [[squared_error(copy, np.ones((2, 2))) for copy in row] for row in outputs]
    assert got.shape == (2, 3)
    assert got.tolist() == want


def test_fractions_stay_fractions():
    """A loss of rational numbers is the rational number."""
    got = squared_error(np.array([[Fraction(1, 3)]], object), np.array([[Fraction(1, 2)]], object))
    assert isinstance(got, Fraction)
    assert got == Fraction(1, 72)
