"""What is remembered of a case in this process."""

from dataclasses import replace

import numpy as np

from verification import models
from verification.models.case import random_case
from verification.truth import memo
from verification.truth.memo import remembered


def case_of(model=models.vanilla, records=2):
    return random_case(model, np.random.default_rng(0), {"H": 2, "D": 3}, records, 2)


def test_the_same_numbers_are_remembered_as_one():
    """However they lie in memory; any other number, type or model is another case."""
    case = case_of()
    remembered(case).once("a name", lambda: "a value")
    again = replace(case_of(), layouts={"W": "F"})
    assert remembered(again).once("a name", lambda: "another value") == "a value"
    others = [
        replace(case, blocks={**case.blocks, "W": case.blocks["W"] * 2}),
        case.astype("float32"),
        case_of(replace(models.vanilla, name="another")),
        replace(case, functions={"activation": "relu"}),
    ]
    assert [remembered(other).values for other in others] == [{}] * len(others)


def test_large_cases_and_fractions_are_not_remembered(monkeypatch):
    """The ones take memory, and bytes of the others are no numbers."""
    monkeypatch.setattr(memo, "SMALL", 40)
    for case in (case_of(records=9), case_of().astype(object)):
        remembered(case).once("a name", lambda: "a value")
        assert remembered(case).values == {}
