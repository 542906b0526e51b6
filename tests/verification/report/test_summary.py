"""One form for what was found: these keys in JSON, the verdict first in text."""

import json
from dataclasses import replace

import pytest

from verification.diagnosis.diagnosis import Diagnosis
from verification.judging.judgement import Example, Judgement, Row
from verification.judging.standing import Milestone
from verification.report import summary
from verification.sampling.ordering import Share

KEYS = ["verdict", "scope", "seconds", "cases", "informative", "calls", "met", "ended", "least_met"]
KEYS += ["not_asked", "remarks", "diagnosis", "example"]

HOLDS = Judgement(
    model="lstm",
    scope="float64; any initial state",
    seed=0,
    seconds=1.23456,
    cases=1266,
    informative=1260,
    rows=(Row("lags", "U", 5, 5),),
    seen={"T = 1": 5},
    missing=(),
    not_asked=("Fractions", "truncations"),
    shares=(Share(1, 3, 3), Share(2, 1, 3)),
    milestones=(Milestone(Share(1, 3, 3), 61, 0.875),),
)
WRONG = replace(
    HOLDS,
    rows=(Row("lags", "U", 5, 5, 3),),
    diagnosis=Diagnosis("step", ("U", "W"), ("f",), "U, W are wrong in f.", as_if="1 − z stood for z"),
    example=Example(None, "lags", "U", "got 1, want 2", "# got 1\nassert False\n", True),
)


def written(found):
    """What stands in the JSON."""
    return json.loads(json.dumps(summary.as_json(found)))


def test_the_keys_of_the_json():
    """In their order; of what is refuted with the diagnosis, by its four, and the program as text."""
    holds, wrong = written(HOLDS), written(WRONG)
    assert list(holds) == list(wrong) == KEYS
    assert (holds["seconds"], holds["met"]) == (1.235, {"singles": 1.0, "pairs": 0.3333})
    assert (holds["ended"], holds["diagnosis"], holds["example"]) == (None, None, None)
    assert list(wrong["diagnosis"]) == ["stage", "blocks", "sentence", "as_if"]
    assert wrong["example"] == "# got 1\nassert False\n"


def test_the_text_begins_with_the_verdict():
    """Then what was asked, what was not, what is wrong, the program, and the counts."""
    assert summary.as_text(WRONG) == (
        "refuted\n"
        "scope: float64; any initial state\n"
        "not asked: Fractions, truncations\n"
        "diagnosis: U, W are wrong in f.\n"
        "as if 1 − z stood for z\n"
        "smallest example:\n"
        "\n"
        "# got 1\nassert False\n"
        "\n"
        "1,266 cases, 1,260 informative"
    )


def test_the_text_of_what_holds_says_no_more():
    """Four lines, and by when strengths were met; why a run ended early, and what it met least of."""
    lines = "verified\nscope: float64; any initial state\nnot asked: nothing\n1,266 cases, 1,260 informative"
    assert summary.as_text(replace(HOLDS, not_asked=(), milestones=())) == lines
    told = summary.as_text(replace(HOLDS, ended="interrupted", strength=1, least_met=("T 512 (4%)",)))
    assert told.splitlines() == [
        "verified to singles; pairs 33%",
        "scope: float64; any initial state",
        "not asked: Fractions, truncations",
        "met: singles after 0.9 s, 61 cases",
        "ended after 1.2 s, interrupted; least met: T 512 (4%)",
        "1,266 cases, 1,260 informative",
    ]


@pytest.mark.parametrize(("digits", "whole"), [(summary.PROGRAM, True), (summary.PROGRAM + 1, False)])
def test_a_program_of_a_large_case_does_not_fill_the_terminal(digits, whole):
    """It is in the JSON."""
    long = replace(WRONG, example=replace(WRONG.example, code="x" * digits))
    told = summary.as_text(long)
    assert ("x" * digits in told) == whole
    assert ("smallest example: a program of 20,001 characters, in the JSON" in told) != whole
    assert summary.as_json(long)["example"] == "x" * digits
