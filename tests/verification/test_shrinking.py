"""Shrinking: the smallest problem on which something fails."""

import numpy as np

from rnn import Full
from verification.exactness import EXACT
from verification.properties import PROPERTIES
from verification.shrinking import smallest


def test_what_always_fails_shrinks_to_ones():
    """The smallest problem of all is one number of each kind, a one, without truncation."""
    problem = smallest(PROPERTIES[0], "Full", lambda problem: True)
    assert {float(array.item()) for array in problem.arrays().values()} == {1.0}
    assert (problem.activation, problem.truncation) == ("identity", Full())


def test_a_condition_is_kept():
    """The problem found is one that fails, of the kind of truncation that was asked for."""
    problem = smallest(PROPERTIES[0], "Window", lambda problem: problem.steps > 2)
    assert problem.steps == 3
    assert problem.policy == ("Window", (0,))


def test_an_exact_property_shrinks_its_own_problems():
    """A property's own strategy draws what is tried."""
    problem = smallest(EXACT, "Tail", lambda problem: True)
    assert problem.dtype == np.dtype(object)


def test_what_never_fails_is_not_found():
    """None, and not a problem that does not fail."""
    assert smallest(PROPERTIES[0], "Full", lambda problem: False, tried=5) is None
