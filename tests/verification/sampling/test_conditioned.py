"""A case has what all of its levels say, of each of its parts."""

import numpy as np

from verification.models import lstm
from verification.models.case import random_case
from verification.models.layouts import STEPS_FIRST
from verification.sampling.conditioned import conditioned


def made(**levels):
    """A case, and the same with these levels."""
    case = random_case(lstm, np.random.default_rng(0), {"H": 3, "D": 2}, 2, 3)
    return case, conditioned(case, levels, np.random.default_rng(0))


def test_several_levels_are_met_together():
    """Patterns, magnitudes, zeros and layouts, each of the part that it is of."""
    levels = {"pattern of inputs": "one-hot", "states": "one large", "zero": "U", "layout": STEPS_FIRST}
    case, after = made(**levels)
    assert (after.blocks["xs"].sum(axis=-1) == 1).all()
    assert max(np.abs(state).max() for state in after.state) == 6
    assert not after.blocks["U"].any()
    assert set(after.layouts) == {"xs", "d_outputs"}
    for name in ("W", "b"):
        np.testing.assert_array_equal(after.blocks[name], case.blocks[name])
