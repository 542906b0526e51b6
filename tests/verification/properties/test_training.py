"""A kept call: the wrong parts of its answer are found, and no engine is called."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.layers import vanilla
from verification import layer, models
from verification.models.case import random_case
from verification.processes.place import HERE
from verification.properties.check import check
from verification.properties.findings import truth_of
from verification.properties.training import CALLS_OF_TRAINING, Recorded, findings_of

CASE = random_case(models.vanilla, np.random.default_rng(0), {"D": 2, "H": 3}, dtype=np.float32)


def answered(change):
    """What a right layer answers, with something else in it."""
    made = layer(vanilla.forward, vanilla.backward, model=models.vanilla)
    forward, blocks = made.answer(CASE)
    change(forward, blocks)
    engine = SimpleNamespace(
        model=made.model, claim=made.claim, place=HERE, answer=lambda case: (forward, blocks)
    )
    return Recorded("call 3", CASE, engine, ("U",))


def wrong_in(recorded):
    found = list(findings_of(recorded, truth_of(CASE)))
    assert {each.property for each in found} == {CALLS_OF_TRAINING.name}
    assert {each.changed for each in found} == {("U",)}
    return {each.part: each.wrong for each in found if each.wrong}


def times(array):
    """A number of it is off by a thousandth."""
    array[(0,) * array.ndim] *= 1.001


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("outputs", lambda forward, blocks: times(forward["outputs"])),
        ("final h0", lambda forward, blocks: times(forward["final h0"])),
        *(
            (name, lambda forward, blocks, name=name: times(blocks[name][0]))
            for name in ("U", "W", "b", "xs")
        ),
        ("", lambda forward, blocks: forward.pop("outputs")),
    ],
)
def test_a_wrong_part_is_found_and_named(part, change):
    """With the call, whatever the part; an answer that is not in form by its form."""
    found = wrong_in(answered(change))
    assert [*found] == [part]
    assert found[part].startswith("call 3: ")


def test_a_right_answer_is_right():
    """And one that is off by a rounding."""
    assert wrong_in(answered(lambda forward, blocks: None)) == {}
    assert wrong_in(answered(lambda forward, blocks: blocks["U"][0].__imul__(np.float32(1 + 2**-23)))) == {}


def test_a_program_checks_it_again():
    """By the name of the property."""
    check(None, CALLS_OF_TRAINING.name, answered(lambda forward, blocks: None))
    with pytest.raises(AssertionError, match=r"calls of a training U: call 3: d_U\[0, 0\]: got"):
        check(None, CALLS_OF_TRAINING.name, answered(lambda forward, blocks: times(blocks["U"][0])))


def test_what_its_truth_does_not_determine_shows_nothing():
    """Numbers that overflow."""
    case = replace(CASE, blocks={**CASE.blocks, "W": 1e38 * CASE.blocks["W"]})
    recorded = answered(lambda forward, blocks: times(blocks["U"][0]))
    assert list(findings_of(replace(recorded, case=case), truth_of(case))) == []
