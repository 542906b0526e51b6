"""The one description of a judgement: JSON values, of which text, JSON and pages are made."""

import json
from dataclasses import replace

import pytest

from tests.verification.report.test_summary import WRONG
from verification.diagnosis.diagnosis import Diagnosis
from verification.report.description import described


def test_it_is_json():
    """Read back it is the same."""
    told = described(WRONG)
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize(
    ("sentence", "as_if", "unsaid"),
    [
        ("U is wrong.", "z for 1 − z", "z for 1 − z"),
        ("It is as if z", "z", None),
        ("U is wrong.", None, None),
    ],
)
def test_what_is_computed_instead_is_said_once(sentence, as_if, unsaid):
    """Where the sentence does not say it already."""
    diagnosis = Diagnosis("step", ("U",), (), sentence, as_if=as_if)
    assert described(replace(WRONG, diagnosis=diagnosis))["unsaid"] == unsaid


def test_sizes_are_told_where_there_are_some():
    """Of what was drawn, and of what every run has."""
    assert described(WRONG)["sizes"] == {}
    sized = replace(WRONG, drawn={"T": 6, "N": 2}, fixed={"T": 512})
    assert described(sized)["sizes"] == {"drawn": "T 6, N 2", "designed or fixed": "T 512"}
