"""Other loops on the way back, beside those of plain layers."""

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import gru, layer_with, vanilla
from verification import models
from verification.diagnosis.loops import states_before, with_loops
from verification.diagnosis.probe import healthy_case, look_at

LOOP = "for t in reversed(range(xs.shape[1])):"
ADDED = "da = (dh + d_outputs[:, t]) * (1 - h * h)"
NONE = "d_xs[:] = 0\n    "


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        (
            LOOP,
            f"{NONE}for t in reversed(range(xs.shape[1] - 1)):",
            "the last step were left out on the way back",
        ),
        (
            ADDED,
            "later = d_outputs[:, t + 1] if t + 1 < xs.shape[1] else 0 * h\n        "
            "da = (dh + later) * (1 - h * h)",
            "each step took the cotangent of the next one's output",
        ),
        (
            ADDED,
            "da = (dh + (d_outputs[:, t - 1] if t else 0 * h)) * (1 - h * h)",
            "each step took the cotangent of the previous one's output",
        ),
    ],
)
def test_each_is_what_a_plain_layer_with_it_gives(right, wrong, words):
    """Every gradient."""
    engine = layer_with(models.vanilla, vanilla, right, wrong)
    seen = look_at(engine, healthy_case(engine))
    gradients = dict(with_loops(seen.truth.case))[words]()
    assert seen.wrong
    for name, got in seen.got.items():
        np.testing.assert_allclose(gradients[name].astype(float), got, 1e-10, 1e-13)


def test_of_one_step_there_is_no_other_order():
    """And nothing to leave out."""
    case = a_case(models.gru, 3, 1)
    assert list(with_loops(case)) == []


def test_states_are_those_of_the_forward():
    """Before each step, in the case's own type."""
    case = a_case(models.gru, 3, 4, np.float32)
    outputs, _, _ = gru.forward(case.blocks, case.blocks["xs"], case.state)
    states = states_before(case)
    assert len(states) == 4
    assert states[0] == case.state
    for s in range(1, 4):
        np.testing.assert_allclose(states[s][0], outputs[:, s - 1], 1e-6)
        assert states[s][0].dtype == np.float32
