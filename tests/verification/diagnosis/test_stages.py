"""Where a fault is, from which blocks are wrong at which numbers of steps."""

import numpy as np

from tests.layers import lstm
from verification import Scope, layer, models
from verification.diagnosis.probe import Seen
from verification.diagnosis.stages import FAULTS, stage_of
from verification.models.case import random_case
from verification.properties.truth import Truth


def seen_of(steps, *blocks):
    """A case of so many steps in which these blocks are wrong."""
    case = random_case(models.lstm, np.random.default_rng(0), {"H": 2, "D": 3}, 3, steps)
    return Seen(Truth(case), blocks=blocks)


def test_without_a_state_s_gradient_the_inputs_show_the_flow():
    """Wrong, they are no matter of what is made of a right flow."""
    engine = layer(lstm.forward, lstm.backward, model=models.lstm, scope=Scope(blocks=("U", "xs")))
    by_steps = [seen_of(1, "U", "xs"), seen_of(4, "U", "xs")]
    assert stage_of(engine, by_steps[0], by_steps) == "step"
    by_steps = [seen_of(1, "U"), seen_of(4, "U")]
    assert stage_of(engine, by_steps[0], by_steps) == "accumulation"


def test_without_either_it_is_not_said_that_the_flow_is_right():
    """Nothing shows it: one that carries through W transposed was told that what flows back is right."""
    engine = layer(lstm.forward, lstm.backward, model=models.lstm, scope=Scope(blocks=("U", "W", "b")))
    for first, last in ((("b",), ("b",)), ((), ("U", "b"))):
        by_steps = [seen_of(1, *first), seen_of(4, *last)]
        assert stage_of(engine, by_steps[0 if first else 1], by_steps) == "parameters"
    assert "right" not in FAULTS["parameters"]
