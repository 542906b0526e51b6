"""The options of the commands that measure the verifier."""

import re
from functools import partial
from pathlib import Path

import pytest

from benchmarks.evidence.options import FAULTS, PROGRAM, USAGES
from verification.cli import options

arguments = partial(options.arguments, usages=USAGES, program=PROGRAM)


# The start of a row of the commands' table, and the one of its figures that a help text has.
TIMES = re.findall(
    r"^\| `(?:make|python -m benchmarks.evidence) (\w+)[^|]*\|.*\| ([^|,]*)[^|]*\|$",
    (Path(__file__).parents[3] / "docs" / "commands.md").read_text("utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize("name", USAGES)
def test_a_help_text_says_the_time_that_the_page_says(name):
    """Of each command."""
    assert dict(TIMES)[name].strip() in USAGES[name].description


@pytest.mark.parametrize("loops", FAULTS)
def test_one_of_the_mutants_can_be_picked(loops, monkeypatch, tmp_path):
    """A fault, or an edit that is none; by its whole name, which no other has."""
    monkeypatch.chdir(tmp_path)
    wrong, equivalent = FAULTS[loops]
    argv = ["mutants", "--loops", loops]
    assert arguments(argv).faults == (wrong, equivalent)
    for each, found in ((wrong[-1], ((wrong[-1],), ())), (equivalent[0], ((), (equivalent[0],)))):
        assert arguments([*argv, "--only", each.name]).faults == found


@pytest.mark.parametrize("loops", FAULTS)
def test_a_name_says_which_fault(loops):
    """Of all that one text has, edits that are no fault among them."""
    names = [fault.name for faults in FAULTS[loops] for fault in faults]
    assert len({*names}) == len(names)
