"""Other carries: most are told of faults in tests/layers/faults."""

import numpy as np

from verification import models
from verification.diagnosis.carries import ALONE, DIRECT, turned, with_carries
from verification.models.case import random_case


def case_of(model, steps=4):
    """A case of three records."""
    sizes = {"H": 2, "D": 3}
    sizes = {name: sizes[name] for name in model.dimensions if name in sizes}
    return random_case(model, np.random.default_rng(0), sizes, 3, steps)


def test_square_parts_are_turned_each_by_itself():
    """What is not square is not."""
    block = models.lstm.block("W")
    array = np.arange(16.0).reshape(8, 2)
    assert turned(block, array)[:2].tolist() == array[:2].T.tolist()
    assert turned(block, np.zeros((8, 3))) is None
    assert turned(models.lstm.block("b"), np.zeros(8)) is None


def test_what_has_no_other_path_has_no_direct_one():
    """All that a linear recurrence carries goes by its factor, and a vanilla cell has none."""
    for model in (models.linear, models.vanilla):
        assert not {*DIRECT, ALONE} & dict(with_carries(case_of(model))).keys()
