"""Faults of the compiled text: a share of them is judged here, all of them by the command.

``python -m verification mutants --loops compiled`` takes minutes, and so does FAULTS=1 in the environment,
with which every fault is judged here. Where they are wrong stands in places.txt.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from verification.evidence.mutants.compiled.catalogue import COMPILED, COMPILED_EQUIVALENT, MODULES
from verification.evidence.mutants.compiled.judging import run
from verification.evidence.mutants.patch import texts

# Every so manieth of them, beside one edit that is no fault.
SHARE = int(os.environ.get("FAULTS", "8"))


def places():
    """By fault, the stage and the wrong blocks; of what has no case, the function and its type."""
    lines = Path(__file__).with_name("places.txt").read_text("utf-8").splitlines()
    return {name: place.strip() for name, place in zip(lines[::2], lines[1::2], strict=True)}


def place_of(kill):
    """Where it is, as in the file."""
    if kill.diagnosis is None:
        return " ".join(kill.example.finding.part.split()[:2])
    blocks, parts = ", ".join(kill.diagnosis.blocks), ", ".join(kill.diagnosis.parts)
    return f"{kill.diagnosis.stage}: {blocks}{f' ({parts})' if parts else ''}".rstrip(": ")


@pytest.fixture(scope="module")
def share():
    """A share of the faults, judged."""
    return run(COMPILED[::SHARE], COMPILED_EQUIVALENT if SHARE == 1 else COMPILED_EQUIVALENT[:1])


@pytest.mark.slow
def test_each_is_caught_for_its_own_reason(share):
    """By the property that it names, and not because it does not answer in form."""
    assert [kill.mutant.name for kill in share.survivors] == []
    assert [kill.mutant.name for kill in share.kills if kill.example.finding.property == "form"] == []
    assert share.accused == ()


@pytest.mark.slow
def test_each_is_placed(share):
    """As the file says."""
    told = places()
    for kill in share.kills:
        assert (kill.mutant.name, place_of(kill)) == (kill.mutant.name, told[kill.mutant.name])


def test_every_fault_has_a_place_and_a_line_that_stands_there():
    """Whatever is judged here; and there are faults enough."""
    assert list(places()) == [fault.mutant.name for fault in COMPILED]
    for fault in (*COMPILED, *COMPILED_EQUIVALENT):
        assert len(texts(fault.mutant)) == 1
    assert min(Counter(fault.mutant.edits[0].module for fault in COMPILED).values()) >= 9
    assert len(MODULES) == 8


def test_names_are_unique():
    """A name says which."""
    names = [fault.mutant.name for fault in (*COMPILED, *COMPILED_EQUIVALENT)]
    assert len(set(names)) == len(names)
