"""What follows a record's end is padding."""

from dataclasses import replace

import numpy as np
import pytest

from tests.layers import planted, ragged
from verification import Scope, layer, models
from verification.models.case import random_case
from verification.properties.findings import findings, truth_of

CASE = random_case(models.vanilla, np.random.default_rng(0), {"H": 2, "D": 3}, 3, 4)
TRUTH = truth_of(replace(CASE, lengths=(4, 2, 1)))


def wrong_in(module):
    """How padding refutes a layer of records that end early."""
    engine = layer(module.forward, module.backward, model=models.vanilla, scope=Scope(lengths=True))
    return [each.wrong for each in findings(engine, TRUTH, ("padding",)) if each.wrong]


def test_a_right_layer_holds():
    """Whatever its outputs are beyond an end."""
    assert wrong_in(ragged) == []
    assert wrong_in(planted(ragged, "np.where(runs, h, 0)", "np.where(runs, h, 7)")) == []


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("d_xs[:, t] = da @ U", "d_xs[:, t] = np.where(runs, da @ U, 1)", "d_xs is not zero after the end"),
        ("da = np.where(runs, ", "da = np.where(True, ", "with other padding: d_"),
    ],
    ids=["not zero", "counted"],
)
def test_padding_that_counts_is_told(right, wrong, told):
    """By its gradient, or by what other padding changes."""
    assert any(each.startswith(told) for each in wrong_in(planted(ragged, right, wrong)))
