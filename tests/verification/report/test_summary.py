"""What ``judge`` prints beyond its page, which tests/test_command_pages.py holds to the letter."""

from dataclasses import replace

import pytest

from tests.verification.judging.test_judgement import RIGHT
from verification.judging.judgement import Example
from verification.report import structured, summary
from verification.sampling.ordering import Share


def test_why_a_run_ended_early_is_printed():
    """With what it met least of."""
    shares = Share(1, 3, 3), Share(2, 1, 3)
    early = replace(RIGHT, shares=shares, ended="interrupted", strength=1, least_met=("T 512 (4%)",))
    found = summary.as_text(early).splitlines()
    assert found[0] == "verified to singles; pairs 33%"
    assert found[-2] == "ended after 1.0 s, interrupted; least met: T 512 (4%)"


@pytest.mark.parametrize(("digits", "whole"), [(summary.PROGRAM, True), (summary.PROGRAM + 1, False)])
def test_a_program_of_a_large_case_does_not_fill_the_terminal(digits, whole):
    """It is in the JSON."""
    long = replace(RIGHT, example=Example(None, "lags", "U", "got 1, want 2", "x" * digits))
    assert ("x" * digits in summary.as_text(long)) == whole
    assert ("smallest example: a program of 20,001 characters, in the JSON" in summary.as_text(long)) != whole
    assert structured.as_json(long)["example"] == "x" * digits


@pytest.mark.parametrize(
    ("larger", "line"), [("", "smallest example:"), ("why", "example, not the smallest (why):")]
)
def test_an_example_that_is_not_the_smallest_says_so(larger, line):
    """In the text and in the JSON, with the reason."""
    found = replace(RIGHT, example=Example(None, "lags", "U", "got 1, want 2", "a program", larger))
    assert line in summary.as_text(found).splitlines()
    fields = structured.as_json(found)
    assert (fields["smallest"], fields["larger"]) == (not larger, larger or None)
    assert (structured.as_json(RIGHT)["smallest"], structured.as_json(RIGHT)["larger"]) == (None, None)
