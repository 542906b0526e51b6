"""Gradients for two parts of the cotangents add up to that for all of them."""

from dataclasses import replace

import numpy as np
import pytest

from tests.layers import RIGHT, lstm, ragged
from tests.quick import first_quick
from verification import Scope, layer, models
from verification.diagnosis.diagnosis import diagnose
from verification.models.case import random_case
from verification.properties.additivity import additivity, parts
from verification.properties.findings import findings
from verification.properties.ragged import RaggedTruth
from verification.properties.trial import Trial
from verification.properties.truth import Truth
from verification.sampling.draws import dimensions


def asked(engine, case, truth=Truth):
    """What is wrong."""
    return [str(wrong) for _, wrong, _ in additivity(Trial(engine, truth(case))) if wrong]


def cases(model=models.lstm, dtype=np.float64, steps=4):
    """Some, each with parts of its own."""
    sizes = {name: 3 + i for i, name in enumerate(dimensions(model))}
    return [random_case(model, np.random.default_rng(seed), sizes, 3, steps, dtype) for seed in range(12)]


def test_parts_are_all_of_it_and_each_number_is_in_one():
    """Of either a whole record, step or unit, a sign, or a few."""
    seen = set()
    for case in cases():
        first, second = (part.objective.arrays() for part in parts(case))
        for name, array in case.objective.arrays().items():
            np.testing.assert_array_equal(first[name] + second[name], array)
            assert not (first[name] * second[name]).any()
            seen.add(int(np.count_nonzero(first[name])))
        again = [part.objective.outputs for part in parts(case)]
        np.testing.assert_array_equal(again, [first["d_outputs"], second["d_outputs"]])
    assert len(seen) > 8


@first_quick(("model", "module"), RIGHT, 2, ids=lambda each: getattr(each, "name", ""))
def test_a_right_layer_s_add_up(model, module):
    """In either type, of cotangents of every size."""
    engine = layer(module.forward, module.backward, model=model)
    for dtype in (np.complex64, np.complex128) if model.complex else (np.float32, np.float64):
        for case in cases(model, dtype)[:4]:
            assert asked(engine, case) == []
            for factor in (2.0**-90, 2.0**30):
                scaled = case.objective.replaced(lambda a, by=factor: (a * by).astype(a.dtype))
                assert asked(engine, replace(case, objective=scaled)) == []


def test_records_that_end_early_add_up():
    """By their own truth."""
    engine = layer(ragged.forward, ragged.backward, model=models.vanilla, scope=Scope(lengths=True))
    for case in cases(models.vanilla):
        assert asked(engine, replace(case, lengths=(2, 4, 1)), RaggedTruth) == []


def without(some):
    """A layer that makes nothing of d_W where this holds of the outputs' cotangents."""

    def backward(saved, d_outputs, d_state):
        d_params, d_xs, d_initial = lstm.backward(saved, d_outputs, d_state)
        return {**d_params, "W": d_params["W"] * (not some(d_outputs))}, d_xs, d_initial

    return layer(lstm.forward, backward, model=models.lstm)


@pytest.mark.parametrize(
    "some",
    [
        lambda d: not d.any(axis=(1, 2)).all(),
        lambda d: not d.any(axis=(0, 1)).all(),
        lambda d: not d[:, -1].any(),
        lambda d: (d >= 0).all(),
    ],
    ids=["a record without", "a unit without", "a last step without", "of one sign"],
)
def test_what_some_cotangents_alone_show_is_seen(some):
    """By this alone: the case itself has all of them, of both signs."""
    engine = without(some)
    names = ("autograd", "linearity", "cotangents add up")
    found = {each.property for case in cases() for each in findings(engine, Truth(case), names) if each.wrong}
    assert found == {"cotangents add up"}


def test_the_diagnosis_looks_at_the_part_that_is_wrong():
    """And says where it begins to be."""
    engine = without(lambda d: d.any() and not d.any(axis=(0, 1)).all())
    case, finding = next(
        (case, each)
        for case in cases()
        for each in findings(engine, Truth(case), ("cotangents add up",))
        if each.wrong and len(parts(case)) == 2
    )
    told = diagnose(engine, finding, case)
    assert told.place == "size: W"
    assert "cotangent" in told.sentence
