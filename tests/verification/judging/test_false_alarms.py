"""Right layers are not refuted, case by case, in every model and number type, however they are written.

FALSE_ALARM_CASES=2000 asks that many of each model and type, and a fourth as many of each other way of
writing it (two hours or so); by default a few.
"""

import os
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.layers import RIGHT, otherwise
from verification import layer, models
from verification.asked.draws import cases
from verification.judging.findings import findings
from verification.judging.properties import Truth

CASES = int(os.environ.get("FALSE_ALARM_CASES", "10"))
TYPES = [
    pytest.param(model, module, dtype, id=f"{model.name}-{dtype}")
    for model, module in RIGHT
    for dtype in (("complex64", "complex128") if model.complex else ("float32", "float64"))
]


WAYS = [
    pytest.param(model, module, way, id=f"{model.name}-{name}")
    for name, way in otherwise.EVERY.items()
    for model, module in RIGHT
]
WAYS += [
    pytest.param(model, module, way, id=f"{model.name}-{name}")
    for name, (way, names) in otherwise.OF_SOME.items()
    for model, module in RIGHT
    if model.name in names
]
TORCH = {
    models.vanilla: otherwise.torch_vanilla,
    models.lstm: otherwise.torch_lstm,
    models.gru: otherwise.torch_gru,
}


def counts(engine, count, name, dtype=None):
    """How many of so many drawn cases there were, and how many of them were live; none is refuted."""
    counted = Counter()

    @seed(name)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(engine.model, engine.claim, dtype))
    def look(case):
        with np.errstate(all="ignore"):
            truth = Truth(case)
            wrong = [each for each in findings(engine, truth) if each.wrong is not None]
        counted["cases"] += 1
        counted["live"] += truth.live(engine.claim.blocks)
        assert not wrong, (case.sizes, wrong[0].property, wrong[0].part, wrong[0].wrong)

    look()
    print(name, dict(counted))
    return counted


@pytest.mark.parametrize(("model", "module", "dtype"), TYPES)
def test_a_right_layer_is_never_refuted(model, module, dtype):
    """Each case by every property; nearly all of them are live."""
    engine = layer(module.forward, module.backward, model=model)
    counted = counts(engine, CASES, f"{model.name} {dtype}", dtype)
    assert counted["live"] > 0.8 * counted["cases"]


@pytest.mark.parametrize(("model", "module", "way"), WAYS)
def test_a_right_layer_that_is_written_otherwise_is_never_refuted(model, module, way):
    """Other products, sums, slopes, batches, types, threads and processes."""
    engine = layer(*way(module), model=model)
    assert counts(engine, max(2, CASES // 4), f"{model.name} {way}")["cases"]


@pytest.mark.parametrize("model", TORCH, ids=lambda model: model.name)
def test_pytorch_s_autograd_is_never_refuted(model):
    """Where it is installed."""
    pytest.importorskip("torch")
    engine = layer(*otherwise.torch_autograd(TORCH[model]), model=model)
    assert counts(engine, max(2, CASES // 4), model.name)["cases"]
