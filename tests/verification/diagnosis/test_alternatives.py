"""Other computations with the same forward: most are told of faults in tests/layers/faults."""

import numpy as np
import pytest

from tests.cases import a_case
from verification import models
from verification.diagnosis.alternatives import never_updated, with_slopes
from verification.models.case import final_cotangents, outputs_cotangent


def test_what_is_never_updated_comes_back_at_every_step():
    """Of a scan the cotangents of the output and of the final state."""
    case = a_case(models.scan)
    made = never_updated(case)
    (final,) = final_cotangents(case)
    for gradients in made.values():
        want = outputs_cotangent(case) + final[:, None]
        np.testing.assert_allclose(gradients["x"].astype(float), want)
    carried, untouched = (gradients["h0"].astype(float) for gradients in made.values())
    np.testing.assert_allclose(untouched, final)
    np.testing.assert_allclose(carried, case.blocks["a"][:, 0] * (outputs_cotangent(case)[:, 0] + final))


@pytest.mark.parametrize("model", [models.scan, models.linear])
def test_a_model_without_functions_has_no_other_slopes(model):
    """There is no call to change."""
    assert list(with_slopes(a_case(model))) == []
