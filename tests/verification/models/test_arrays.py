"""The type of an array."""

from typing import get_origin

import numpy as np

from rnn.common.arrays import Array as theirs
from verification.models.arrays import Array


def test_it_is_the_type_that_the_engine_has():
    """So that a function of either takes what the other returns."""
    assert Array == theirs
    assert get_origin(Array) is np.ndarray
