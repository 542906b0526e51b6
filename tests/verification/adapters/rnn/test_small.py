"""Small fixed problems: nothing rounds, or nearly nothing is left."""

from dataclasses import replace

import numpy as np
import pytest

from verification.adapters.rnn.small import DECAYING, WHOLE, decaying, fits_exactly, whole
from verification.models.tolerance import least_healthy
from verification.truth.lag_table import lag_table

CASES = [whole(n) for n in range(WHOLE)]


def test_nothing_rounds():
    """In any of them; numbers of another size would not fit."""
    assert all(map(fits_exactly, CASES))
    blocks = CASES[0].blocks
    huge = {"W": 2.0**30 * blocks["W"], "xs": 2.0**30 * blocks["xs"] + 1}
    assert not fits_exactly(replace(CASES[0], blocks={**blocks, **huge}))


@pytest.mark.parametrize("n", range(len(DECAYING)))
def test_a_part_decays_to_what_the_type_does_not_keep(n):
    """Smaller than 1e-9 of the largest, and some cotangent below what can be lost."""
    table = lag_table(decaying(n))
    parts = np.abs(table.grads["b"][0]).max(axis=2)
    assert np.any((parts > 0) & (parts < 1e-9 * parts.max()))
    assert np.any((parts > 0) & (parts < least_healthy(np.dtype(np.float32)))) or np.any(table.lost["b"] > 0)
