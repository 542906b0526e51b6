"""The smallest problem on which something fails."""

import numpy as np
import pytest

from rnn import Window
from verification.properties import PROPERTIES
from verification.shrinking import smallest

(LAGS,) = (check for check in PROPERTIES if check.name == "lags")


def test_it_shrinks_to_ones():
    """What fails everywhere fails on one record, one step, one unit, and arrays of ones."""
    problem = smallest(LAGS, "Full", lambda problem: True, 20)
    assert all(array.size == 1 and array.item() == 1 for array in problem.arrays().values())
    assert problem.activation == "identity"


def test_it_keeps_to_its_truncation():
    """The kind of truncation is given; its number shrinks."""
    assert smallest(LAGS, "Window", lambda problem: True, 20).truncation == Window(0)


def test_it_is_small_in_what_does_not_matter():
    """Two records and three steps are needed, and nothing else is larger than 1."""
    problem = smallest(LAGS, "Full", lambda problem: problem.xs.shape[0] > 1 and problem.steps > 2, 200)
    assert (*problem.xs.shape, *problem.params["V"].shape) == (2, 3, 1, 1, 1)


def test_what_no_whole_number_shows_is_looked_for_among_others():
    """Whole numbers come first, and are not all that is tried."""
    problem = smallest(LAGS, "Full", lambda problem: bool(np.any(problem.xs != np.round(problem.xs))), 20)
    assert problem is not None


@pytest.mark.parametrize("tried", [10, 50])
def test_it_gives_up(tried):
    """None where nothing fails, after as many problems as were asked for, of whole numbers and of others."""
    seen = []
    assert smallest(LAGS, "Tail", lambda problem: bool(seen.append(problem)), tried) is None
    assert len(seen) == 2 * tried
