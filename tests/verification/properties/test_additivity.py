"""Gradients for two parts of the cotangents add up to that for all of them."""

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import lstm_that
from tests.verification.properties.refuting import refuted_by
from verification import models
from verification.diagnosis.diagnosis import diagnose
from verification.properties.additivity import parts
from verification.properties.findings import findings, truth_of


def cases():
    """Some, each with parts of its own."""
    return [a_case(models.lstm, 3, 4, seed=seed, least=3) for seed in range(12)]


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


def without(some):
    """A layer that makes nothing of d_W where this holds of the outputs' cotangents d."""
    return lstm_that(f"d = d_outputs; d_W = d_W * (not {some})")


@pytest.mark.parametrize(
    "some",
    [
        "(not d.any(axis=(1, 2)).all())",
        "(not d.any(axis=(0, 1)).all())",
        "(not d[:, -1].any())",
        "(d >= 0).all()",
    ],
    ids=["a record without", "a unit without", "a last step without", "of one sign"],
)
def test_what_some_cotangents_alone_show_is_seen(some):
    """By this alone: the case itself has all of them, of both signs."""
    engine = without(some)
    names = ("autograd", "linearity", "cotangents add up")
    assert {each for case in cases() for each in refuted_by(engine, case, names)} == {"cotangents add up"}


def test_the_diagnosis_looks_at_the_part_that_is_wrong():
    """And says where it begins to be."""
    engine = without("(d.any() and not d.any(axis=(0, 1)).all())")
    case, finding = next(
        (case, each)
        for case in cases()
        for each in findings(engine, truth_of(case), ("cotangents add up",))
        if each.wrong and len(parts(case)) == 2
    )
    diagnosis = diagnose(engine, finding, case)
    assert diagnosis.place == "size: W"
    assert "cotangent" in diagnosis.sentence
