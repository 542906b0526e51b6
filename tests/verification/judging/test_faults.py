"""The catalogue of faults: each is caught for its own reason, and its place is named, gates included."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers.faults import FAULTS, model_of, planted, scope_of
from tests.quick import one_quick_each
from verification import layer, verify
from verification.diagnosis.diagnosis import diagnose
from verification.judging import shrinking
from verification.models.model import Use
from verification.properties.findings import findings
from verification.properties.truth import Truth
from verification.sampling.sample import conditioned

# How many calls a diagnosis may make.
CALLS = 150


def case_of(fault):
    """A case on which it shows."""
    case = a_case(model_of(fault), fault.case.get("records", 3), fault.case.get("steps", 3))
    scale = fault.case.get("scale", 1.0)
    blocks = {name: array * scale for name, array in case.blocks.items()}
    case = replace(case, blocks=blocks, objective=case.objective.replaced(lambda array: array * scale))
    levels = {"type": case.dtype.name, **fault.case.get("levels", {})}
    return conditioned(case, levels, np.random.default_rng(fault.case.get("seed", 0)))


@one_quick_each(
    "fault",
    FAULTS,
    lambda fault: fault.caught_by,
    ids=lambda fault: f"{fault.cell}: {fault.name}",
)
def test_a_fault_is_caught_and_placed(fault):
    """By its own property; stage, blocks, gates and what is computed instead are those of its story."""
    made = planted(fault)
    calls = []

    def forward(*arguments):
        calls.append(arguments)
        return made.forward(*arguments)

    engine = layer(forward, made.backward, model=model_of(fault), scope=scope_of(fault))
    case = case_of(fault)
    found = [each for each in findings(engine, Truth(case)) if each.wrong is not None]
    assert fault.caught_by in {each.property for each in found}
    if fault.caught_by not in ("autograd", "forward"):
        assert not {"autograd", "forward"} & {each.property for each in found}
    calls.clear()
    diagnosis = diagnose(engine, found[0], case)
    assert (diagnosis.place, diagnosis.as_if) == (fault.place, fault.as_if), diagnosis.sentence
    assert fault.says in diagnosis.sentence, diagnosis.sentence
    assert len(calls) <= CALLS


WHOLE = ("the cell state carries nothing", "r and z exchanged in dU")


@pytest.mark.slow
@pytest.mark.parametrize("story", WHOLE)
def test_a_complete_run_says_the_same(monkeypatch, story):
    """With the smallest example that is found."""
    found, fault = judged_whole(monkeypatch, story)
    where, declared = (place.partition(": ")[2] for place in (found.diagnosis.place, fault.place))
    assert (where, found.diagnosis.as_if) == (declared, fault.as_if)
    assert found.example is not None


@pytest.mark.slow
def test_a_complete_run_tells_from_which_length_on_a_fault_shows(monkeypatch):
    """In which blocks it shows depends on the case; all of them are refuted somewhere."""
    found, fault = judged_whole(monkeypatch, "the backward stops after 24 steps")
    blocks = {block.name for block in model_of(fault).of(Use.STEP, Use.INPUT, Use.STATE)}
    assert fault.place == "size: U, W, b, xs, h0, c0"
    assert {*found.diagnosis.blocks} <= blocks
    assert blocks <= {row.part for row in found.rows if row.failures}
    assert "from T = 25 on" in found.diagnosis.sentence
    assert found.example is not None


CONDITIONS = {
    "one-hot inputs are looked up, and of records with one index the last alone counts (no np.add.at)": (
        "Where xs is one-hot, U is wrong: "
    ),
    "the steps after the last ten are counted twice where there are none (x[-0:])": (
        "b is wrong (twice what it should be) where T is a multiple of 10: "
    ),
    "a bias of zeros is taken for no bias": "Where b is 0, b is wrong (all zero): ",
}


@pytest.mark.slow
@pytest.mark.parametrize(("story", "begins"), CONDITIONS.items(), ids=[*CONDITIONS.values()])
def test_a_complete_run_tells_the_condition_under_which_a_fault_shows(monkeypatch, story, begins):
    """Whichever case it was found on, and by whichever property."""
    found, _ = judged_whole(monkeypatch, story)
    assert found.diagnosis.sentence.startswith(begins), found.diagnosis.sentence


def judged_whole(monkeypatch, story):
    """The judgement of a fault by a complete run, and the fault."""
    monkeypatch.setattr(shrinking, "SECONDS", 1)
    (fault,) = (each for each in FAULTS if each.name == story and each.cell in ("lstm", "gru"))
    made = planted(fault)
    found = verify(layer(made.forward, made.backward, model=model_of(fault)))
    assert found.verdict == "refuted"
    return found, fault
