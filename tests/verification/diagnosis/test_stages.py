"""Where a fault is, from which blocks are wrong at which numbers of steps."""

import numpy as np
import pytest

from tests.layers import lstm
from verification import Scope, layer, models
from verification.diagnosis.probe import Seen
from verification.diagnosis.stages import FAULTS, Diagnosis, stage_of
from verification.models.case import random_case
from verification.properties.truth import Truth

ALL = ("U", "W", "b", "xs", "h0", "c0")


def seen_of(steps, *blocks):
    """A case of so many steps in which these blocks are wrong."""
    case = random_case(models.lstm, np.random.default_rng(0), {"H": 2, "D": 3}, 3, steps)
    return Seen(Truth(case), blocks=blocks)


STAGES = {
    "what is made of it": ([("b",), ("b",), ("b",)], "accumulation"),
    "what is made of it from two steps on": ([(), ("W",), ("W",)], "accumulation"),
    "the state's own": ([("c0",), ("c0",), ("c0",)], "state"),
    "what is handed on": ([("h0",), ALL, ALL], "recursion"),
    "what is handed on, later": ([(), (), ALL], "recursion"),
    "one step": ([ALL, ALL, ALL], "step"),
    "what is made of it, and a carry": ([("b",), ALL, ALL], "accumulation"),
}


@pytest.mark.parametrize(("wrong", "stage"), STAGES.values(), ids=STAGES)
def test_the_stage_follows_from_the_blocks(wrong, stage):
    """At one, two and four steps."""
    engine = layer(lstm.forward, lstm.backward, model=models.lstm)
    by_steps = [seen_of(steps, *blocks) for steps, blocks in zip((1, 2, 4), wrong, strict=True)]
    first = next(seen for seen in by_steps if seen.blocks)
    assert stage_of(engine, first, by_steps) == stage
    assert stage in FAULTS


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


@pytest.mark.parametrize(
    ("found", "place"),
    [
        (Diagnosis("step", ("U", "h0"), ("r", "z")), "step: U, h0 (r, z)"),
        (Diagnosis("recursion", ("h0",)), "recursion: h0"),
        (Diagnosis("conduct"), "conduct"),
    ],
    ids=lambda value: getattr(value, "stage", ""),
)
def test_a_place_is_a_line(found, place):
    """The stage, its blocks, and their parts, as far as there are any."""
    assert found.place == place


def test_a_diagnosis_is_its_sentence():
    """And has nothing instead of a gradient unless that was found."""
    assert str(Diagnosis("step", sentence="U is wrong.")) == "U is wrong."
    assert Diagnosis("step").as_if is None
