"""An output that is no state is made into one; that every oracle tells its gradient is in their tests."""

from dataclasses import replace

import numpy as np

from tests.cases import a_case
from verification.models import gated_linear_attention
from verification.models.case import Targets
from verification.truth.output_as_state import as_state


def test_a_case_of_targets_stays_as_it_is():
    """Its losses are of the readout, which reads states."""
    case = a_case(gated_linear_attention)
    of_targets = replace(case, objective=Targets(np.zeros((2, 1, 2)), last=True))
    assert as_state(of_targets) is of_targets
    assert as_state(case) is not case
