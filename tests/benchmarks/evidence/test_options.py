"""What the commands that measure the verifier can be asked for."""

import re
from functools import partial
from pathlib import Path

import pytest

from benchmarks.evidence.options import FAULTS, PROGRAM, USAGES
from verification.cli import options

arguments = partial(options.arguments, usages=USAGES, program=PROGRAM)


@pytest.fixture(autouse=True)
def in_a_folder(monkeypatch, tmp_path):
    """Where nothing else is."""
    monkeypatch.chdir(tmp_path)


MISUSES = {
    "an unknown command": (["judge"], "invalid choice: 'judge' (choose from"),
    "a seed of the mutants": (["mutants", "--seed", "1"], "unrecognized arguments: --seed 1"),
    "a count of planted faults that is none": (["adversary", "--planted", "-1"], "'-1', needed an integer"),
    "the picture of the detection for the JSON": (
        ["detection", "--out", "folder", "--json", "folder/detection.png"],
        "detection.png goes there, needed another file",
    ),
    "no such mutant": (
        ["mutants", "--only", "dh_prev untransposed"],
        "--only 'dh_prev untransposed': no wrong engine by numpy loops, the closest is ",
    ),
}


@pytest.mark.parametrize("name", MISUSES)
def test_misuse_is_one_line_and_nothing_is_made(tmp_path, capsys, name):
    """Exit code 2, one line on standard error with the value that was given, and no folder anywhere."""
    argv, words = MISUSES[name]
    with pytest.raises(SystemExit) as left:
        arguments(argv)
    told = capsys.readouterr()
    assert (left.value.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert told.err.startswith("python -m benchmarks.evidence")
    assert words in told.err
    assert [*tmp_path.iterdir()] == []


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
def test_one_of_the_mutants_can_be_picked(loops):
    """A fault, or an edit that is none; by its whole name, which no other has."""
    wrong, equivalent = FAULTS[loops]
    argv = ["mutants", "--loops", loops]
    assert arguments(argv).faults == (wrong, equivalent)
    for each, found in ((wrong[-1], ((wrong[-1],), ())), (equivalent[0], ((), (equivalent[0],)))):
        assert arguments([*argv, "--only", each.name]).faults == found
