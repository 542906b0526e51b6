"""Faults of the compiled text: two are judged here, all of them by the command.

Each is compiled by itself, in some ten seconds: ``python -m benchmarks.evidence mutants --loops compiled``
takes minutes, and so does FAULTS=1 in the environment, with which every fault is judged here.
"""

import os
from collections import Counter

import pytest

from benchmarks.evidence.mutants.compiled.catalogue import COMPILED, COMPILED_EQUIVALENT
from benchmarks.evidence.mutants.compiled.judging import run
from benchmarks.evidence.mutants.patch import texts

# Every one beside the edits that are no fault, or two: one that a case shows, and one that only vanishing
# numbers show.
EVERY = os.environ.get("FAULTS") == "1"
SOME = {"the update gate the other way round", "what vanishes of the cell state is kept"}
FAULTS = [fault for fault in COMPILED if EVERY or fault.name in SOME]


@pytest.mark.slow
def test_each_is_caught_for_its_own_reason_and_placed():
    """By the property that it names, not because it does not answer in form; and where it says."""
    share = run(FAULTS, COMPILED_EQUIVALENT if EVERY else ())
    assert [one.fault.name for one in share.survivors] == []
    assert [one.fault.name for one in share.results if one.example.finding.property == "form"] == []
    assert share.accused == ()
    assert [(one.fault.name, one.place) for one in share.results if one.place != one.fault.place] == []


def test_every_fault_has_a_place_and_a_line_that_stands_there():
    """Whatever is judged here; and there are faults enough."""
    assert {fault.name for fault in FAULTS} >= SOME
    assert all(fault.place for fault in COMPILED)
    for fault in (*COMPILED, *COMPILED_EQUIVALENT):
        assert len(texts(fault)) == 1
    of_modules = Counter(fault.edits[0].module for fault in COMPILED)
    assert len(of_modules) == 9
    assert min(of_modules.values()) >= 9
