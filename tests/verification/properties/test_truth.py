"""What is true of a case whose numbers round."""

from dataclasses import replace

import numpy as np

from tests.layers import lstm
from tests.verification.properties.refuting import CASE, refuted
from verification import layer, models
from verification.properties.findings import findings
from verification.properties.truth import Truth


def test_a_case_without_a_truth_is_asked_for_the_form_alone():
    """What overflows cannot be compared."""
    blocks = {**CASE.blocks, "c0": np.full_like(CASE.blocks["c0"], 1.7e308)}
    truth = Truth(replace(CASE, blocks={**blocks, "b": np.full_like(CASE.blocks["b"], 9.0)}))
    right = layer(lstm.forward, lstm.backward, model=models.lstm)
    assert not truth.determined
    assert not truth.informative(right.claim.blocks)
    assert list(findings(right, truth)) == []
    assert set(refuted("d_xs, (dh, dc)", "d_xs, (dh,)", truth)) == {"form"}
