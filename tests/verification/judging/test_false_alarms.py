"""Right layers are not refuted, case by case, in every model and number type.

FALSE_ALARM_CASES=2000 asks that many of each model and type (an hour or so); by default a few.
"""

import os
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.layers import RIGHT
from verification import layer
from verification.asked.draws import cases
from verification.judging.findings import findings
from verification.judging.properties import Truth

CASES = int(os.environ.get("FALSE_ALARM_CASES", "10"))
TYPES = [
    pytest.param(model, module, dtype, id=f"{model.name}-{dtype}")
    for model, module in RIGHT
    for dtype in (("complex64", "complex128") if model.complex else ("float32", "float64"))
]


@pytest.mark.parametrize(("model", "module", "dtype"), TYPES)
def test_a_right_layer_is_never_refuted(model, module, dtype):
    """Each case by every property; nearly all of them are live."""
    engine = layer(module.forward, module.backward, model=model)
    counted = Counter()

    @seed(f"{model.name} {dtype}")
    @settings(
        max_examples=CASES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(model, engine.claim, dtype))
    def look(case):
        with np.errstate(all="ignore"):
            truth = Truth(case)
            wrong = [each for each in findings(engine, truth) if each.wrong is not None]
        counted["cases"] += 1
        counted["live"] += truth.live(engine.claim.blocks)
        assert not wrong, (case.sizes, wrong[0].property, wrong[0].part, wrong[0].wrong)

    look()
    print(model.name, dtype, dict(counted))
    assert counted["live"] > 0.8 * counted["cases"]
