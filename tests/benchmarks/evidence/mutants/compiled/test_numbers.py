"""50 digits, what is no number, and what vanishes: the real text holds. Faults are in test_catalogue.py."""

import pytest

from benchmarks.evidence.mutants.compiled.numbers import DENORMALS, FIFTY_DIGITS, NO_NUMBERS, SPECIAL
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
