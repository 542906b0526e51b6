"""Faults in the text of LSTM and GRU: each is caught, and placed to the gate."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from benchmarks.evidence.mutants.fault import read
from benchmarks.evidence.mutants.patch import package
from tests.quick import one_quick_each
from tests.rnn.cells.judged import MODELS, judged
from verification.diagnosis.diagnosis import diagnose
from verification.models.case import random_case
from verification.properties.findings import findings
from verification.properties.truth import Truth
from verification.sampling.factors import dimensions

pytestmark = pytest.mark.usefixtures("untraced")

FUNCTIONS = {
    "LSTM": {"gate": "sigmoid", "candidate": "tanh", "output": "tanh"},
    "GRU": {"gate": "sigmoid", "candidate": "tanh"},
}
FAULTS = {name: read(Path(__file__).with_name("faults") / f"{name.lower()}.faults") for name in FUNCTIONS}


@lru_cache(maxsize=2)
def truth_of(name):
    """Of a case whose dimensions differ."""
    sizes = {letter: 2 + i for i, letter in enumerate(dimensions(MODELS[name], False))}
    return Truth(random_case(MODELS[name], np.random.default_rng(0), sizes, 3, 3, np.float64))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_cells_as_they_are_show_no_fault(name):
    """On the case on which every fault shows."""
    engine = judged(name, FUNCTIONS[name])
    assert [each for each in findings(engine, truth_of(name)) if each.wrong is not None] == []


@one_quick_each(
    ("name", "fault"),
    [(name, fault) for name, faults in FAULTS.items() for fault in faults],
    lambda name, fault: (name, fault.place.partition(":")[0]),
    ids=lambda each: getattr(each, "name", each),
)
def test_a_fault_is_caught_and_placed(name, fault):
    """Stage, blocks, gates and what is computed instead are those of its story."""
    engine, truth = judged(name, FUNCTIONS[name], package=package(fault)), truth_of(name)
    found = [each for each in findings(engine, truth) if each.wrong is not None]
    assert fault.caught_by in {each.property for each in found}
    diagnosis = diagnose(engine, found[0], truth.case)
    assert (diagnosis.place, diagnosis.as_if) == (fault.place, fault.as_if), diagnosis.sentence


def test_there_are_faults_enough():
    """Of each cell, none twice."""
    for faults in FAULTS.values():
        assert len(faults) >= 30
        assert len({fault.name for fault in faults}) == len(faults)
