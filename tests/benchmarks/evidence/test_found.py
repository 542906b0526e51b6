"""What was measured, as evidence: its verdicts, its oracle, its JSON and its sections."""

import numpy as np
import pytest

from benchmarks.evidence.found import Found
from benchmarks.evidence.scalars import SLOPE, ScalarRow

RIGHT = ScalarRow("tanh", np.dtype(float), "bend", 9, 1.0, SLOPE["tanh"], 1e-16, 0.5, 1e-16)
WRONG = ScalarRow("tanh", np.dtype(float), "tail", 4, 1.0, SLOPE["tanh"] + 1, 1e-16, 0.5, 1e-16)

CAUGHT = {"survivors": [], "misplaced": [], "accused": []}


@pytest.mark.parametrize(
    ("found", "verdicts"),
    [
        (Found(), set()),
        (Found((RIGHT,), CAUGHT), {"holds"}),
        (Found((RIGHT, WRONG)), {"holds", "refuted"}),
        *((Found(mutants=CAUGHT | {wrong: ["one"]}), {"not exercised"}) for wrong in CAUGHT),
    ],
)
def test_a_wrong_scalar_refutes_and_a_blind_verifier_has_shown_nothing(found, verdicts):
    """A wrong engine that lived or was found elsewhere, or a right one that was accused."""
    assert found.evidence().verdicts == verdicts


def test_the_scalars_are_an_oracle():
    """By their numbers."""
    (scalars,) = Found((RIGHT, WRONG)).evidence().oracles
    assert (scalars.name, scalars.compared) == ("50 digits", 13)
    assert (scalars.refuted, scalars.verdict) == (1, "refuted")
