"""Small fixed problems: nothing rounds, or nearly nothing is left."""

import numpy as np
import pytest

from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.small import DECAYING, WHOLE, decaying, fits_exactly, whole
from verification.adapters.rnn.vanilla_form import case_of
from verification.models.tolerance import least_healthy
from verification.truth.table import lag_table

PROBLEMS = [whole(n) for n in range(WHOLE)]


def test_nothing_rounds():
    """In any of them; numbers of another size would not fit."""
    assert all(map(fits_exactly, PROBLEMS))
    huge = PROBLEMS[0].replaced(W=2.0**30 * PROBLEMS[0].params["W"], xs=2.0**30 * PROBLEMS[0].xs + 1)
    assert not fits_exactly(huge)


def test_every_kind_is_among_them():
    """Both functions and types, every truncation with both, losses of the last step and of all, long ones."""
    met = {(p.activation, p.dtype.name, p.truncation_as_data.kind) for p in PROBLEMS}
    assert len(met) == 2 * 2 * 4
    assert {p.targets.ndim for p in PROBLEMS} == {2, 3}
    assert max(p.steps for p in PROBLEMS) > 30
    assert sum(bool(manual(p).W.any()) for p in PROBLEMS) > WHOLE / 2


@pytest.mark.parametrize("n", range(len(DECAYING)))
def test_a_part_decays_to_what_the_type_does_not_keep(n):
    """Smaller than 1e-9 of the largest, and some cotangent below what can be lost."""
    table = lag_table(case_of(decaying(n)))
    parts = np.abs(table.grads["b"][0]).max(axis=2)
    assert np.any((parts > 0) & (parts < 1e-9 * parts.max()))
    assert np.any((parts > 0) & (parts < least_healthy(np.dtype(np.float32)))) or np.any(table.lost["b"] > 0)
