"""50 digits, what is no number, and what vanishes: the real text holds, and each can fail."""

import pytest

from benchmarks.evidence.mutants.compiled.catalogue import COMPILED
from benchmarks.evidence.mutants.compiled.numbers import DENORMALS, FIFTY_DIGITS, NO_NUMBERS, SPECIAL
from benchmarks.evidence.mutants.compiled.planting import planted
from verification.adapters.rnn.cells import CELLS


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", [NO_NUMBERS, DENORMALS])
def test_the_text_holds(name, cell):
    """Nothing is found."""
    assert SPECIAL[name](cell) is None


@pytest.mark.slow
def test_the_functions_hold_to_50_digits():
    """In both types."""
    assert SPECIAL[FIFTY_DIGITS]("vanilla") is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("story", "name", "part"),
    [
        ("NaN is taken for what has vanished", NO_NUMBERS, "xs"),
        ("what has vanished stays", DENORMALS, "xs"),
    ],
)
def test_a_fault_is_found_and_shown(story, name, part):
    """In a part, by a program that runs."""
    (fault,) = [fault for fault in COMPILED if fault.name == story]
    with planted(fault):
        finding, code = SPECIAL[name](fault.cell)
        assert (finding.property, finding.part) == (name, part)
        exec(code, {})
