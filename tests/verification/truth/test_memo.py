"""What is remembered of a case in this process."""

from dataclasses import replace

from tests.cases import a_case
from verification import models
from verification.truth import memo
from verification.truth.memo import remembered


def test_the_same_numbers_are_remembered_as_one():
    """However they lie in memory; any other number, type or model is another case."""
    case = a_case(models.vanilla)
    remembered(case).once("a name", lambda: "a value")
    again = replace(a_case(models.vanilla), layouts={"W": "F"})
    assert remembered(again).once("a name", lambda: "another value") == "a value"
    others = [
        replace(case, blocks={**case.blocks, "W": case.blocks["W"] * 2}),
        case.astype("float32"),
        a_case(replace(models.vanilla, name="another")),
        replace(case, functions={"activation": "relu"}),
    ]
    assert [remembered(other).values for other in others] == [{}] * len(others)


def test_large_cases_and_fractions_are_not_remembered(monkeypatch):
    """The ones take memory, and bytes of the others are no numbers."""
    monkeypatch.setattr(memo, "SMALL", 40)
    for case in (a_case(models.vanilla, 9), a_case(models.vanilla).astype(object)):
        remembered(case).once("a name", lambda: "a value")
        assert remembered(case).values == {}
