"""Other carries: most are told of faults in tests/layers/faults."""

import numpy as np

from tests.cases import a_case
from verification import models
from verification.diagnosis.carries import ALONE, DIRECT, turned, with_carries


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
        assert not {*DIRECT, ALONE} & dict(with_carries(a_case(model))).keys()
