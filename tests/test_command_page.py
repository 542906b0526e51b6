"""docs/judge/command.md: its example is run, and prints and writes what the page says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.evidence.options import USAGES as EVIDENCE
from verification.cli.options import USAGES, parsers
from verification.judging.profile import PROFILES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "judge" / "command.md").read_text("utf-8")
SHOWN = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def run(folder, *call):
    """A call of Python in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *call], cwd=folder, capture_output=True, text=True, env=environment, check=False
    )


def shown(kind):
    """The page's blocks of a kind."""
    return [block for name, block in SHOWN if name == kind]


def judged(folder, text):
    """Exit code and standard output of the page's command, beside a file with that text."""
    (folder / "decay.py").write_text(text, "utf-8")
    (command,) = shown("sh")
    python, *rest = command.split()
    assert python == "python"
    done = run(folder, *rest)
    return done.returncode, done.stdout


def untimed(text):
    """Without how long it took to meet what was met, and by how many of the cases that were run at a time."""
    return re.sub(r"after [0-9.]+ s, \d+ cases", "in time", text)


@pytest.mark.slow
def test_the_command_prints_and_writes_what_the_page_says(tmp_path):
    """To the letter, but for how long it took."""
    (program,) = shown("python")
    code, told = judged(tmp_path, program)
    assert (code, untimed(told)) == (0, untimed(shown("text")[0]))
    found, said = json.loads((tmp_path / "out.json").read_text("utf-8")), json.loads(shown("json")[0])
    assert list(found) == list(said)
    assert {**found, "seconds": 0} == {**said, "seconds": 0}


@pytest.mark.slow
def test_the_command_refutes_with_the_fault_of_the_page(tmp_path):
    """The lines of the page's diff, the one for the other; and the program fails as printed."""
    (program,), (diff,) = shown("python"), shown("diff")
    right, wrong = (line[1:] for line in diff.splitlines())
    assert program.count(right) == 1
    code, out = judged(tmp_path, program.replace(right, wrong))
    assert code == 1
    assert out.startswith(shown("text")[1])
    found = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert list(found["diagnosis"]) == ["stage", "blocks", "sentence", "as_if"]
    assert out.partition("smallest example:\n\n")[2].startswith(found["example"])
    (tmp_path / "example.py").write_text(found["example"], "utf-8")
    failed = run(tmp_path, "example.py")
    assert failed.returncode == 1
    assert "AssertionError" in failed.stderr


def rows_after(head):
    """The cells of the table under a head."""
    lines = PAGE.partition(head)[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").replace("\\|", "/").split(" | ")] for line in lines]


def test_every_flag_of_every_command_is_in_the_table():
    """With the commands that have it, and no other; those of campaigns alone are on their own page."""
    told = {}
    for flag, commands, _ in rows_after("| flag | of which commands |"):
        told[flag.strip("` ").split()[0]] = {each.strip("` ") for each in commands.split(",")}
    there = {}
    for name, parser in {**parsers(EVIDENCE, "evidence"), **parsers(USAGES, "verification")}.items():
        for flag in (option for action in parser._actions for option in action.option_strings):
            there.setdefault(flag, set()).add(name)
    own = {flag for flag, names in there.items() if names == {"campaign"}}
    campaigns = (ROOT / "docs" / "judge" / "campaign.md").read_text("utf-8")
    assert [flag for flag in own if flag not in campaigns] == []
    for flag in ("-h", "--help", *own):
        del there[flag]
    assert told == there


def test_every_profile_is_in_the_table():
    """With its numbers."""
    words = {3: "any three levels", 4: "any four levels"}
    assert {name.strip("`"): rest for name, *rest in map(tuple, rows_after("| profile |"))} == {
        name: [f"{each.cases:,}", f"{each.exact_cases:,}", words[each.strength]]
        for name, each in PROFILES.items()
    }
