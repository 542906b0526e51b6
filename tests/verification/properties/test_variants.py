"""The same problem, asked in another way, has the same gradient."""

import numpy as np

from verification.models import vanilla
from verification.models.case import random_case
from verification.properties import variants as again


def test_states_are_kept_at_several_places():
    """Every two steps, all but one, and another number with each T."""
    every = {steps: [c.checkpoints for c in again.recomputed(random_steps(steps))] for steps in (1, 2, 5, 9)}
    assert every == {1: [2, 1, 3], 2: [2, 1, 3], 5: [2, 4, 5], 9: [2, 8, 2][:2]}


def random_steps(steps):
    """A case of so many steps."""
    return random_case(vanilla, np.random.default_rng(0), {"H": 1, "D": 1, "K": 1}, 1, steps, losses="last")
