"""A fixed problem has the sizes that were asked for, and its filler is told the name of each array."""

import numpy as np
import pytest

from rnn import Tail
from verification.making import made


@pytest.mark.parametrize("every_step", [True, False])
def test_a_problem_is_made_of_its_sizes(every_step):
    """T, N, D, H and K in this order; the targets of a loss on the last step have no axis of steps."""
    filled = {}

    def fill(name, shape):
        filled[name] = np.full(shape, len(filled) + 1.0)
        return filled[name]

    problem = made(fill, "relu", (5, 4, 3, 2, 1), Tail(2), every_step=every_step)
    assert problem.sizes == {"T": 5, "N": 4, "D": 3, "H": 2, "K": 1}
    assert (problem.activation, problem.truncation) == ("relu", Tail(2))
    assert problem.targets.shape == ((4, 5, 1) if every_step else (4, 1))
    assert all(problem.arrays()[name] is array for name, array in filled.items())
    assert set(filled) == set(problem.arrays())
