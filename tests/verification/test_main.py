"""``python -m verification`` as a process: what a shell, a terminal and a missing library make of it."""

import json
import os
import subprocess
import sys

import pytest

import verification
from tests.programs import ROOT, python
from tests.quick import first_quick
from verification import judge

# The command as `python -m` runs it, after a change that makes it quick or lets something go wrong.
PROGRAM = """
import runpy, sys
sys.path.insert(0, {root!r})
{change}
sys.argv = ["-m", *sys.argv[1:]]
runpy.run_module("verification", run_name="__main__", alter_sys=True)
"""

# The work is done: it says much, and comes to JSON and two files.
DONE = """
from verification.cli import commands
def done(options, engine, progress):
    for number in range(20_000):
        print("∂", number)
    with progress.part("a part") as show:
        show(1, 1)
    files = {"report.html": lambda path: path.write_text("whole"), "sine.png": FAILS}
    return commands.CommandOutcome(HOLDS, lambda: {"∂": 1}, files)
commands.COMMANDS["verify"] = done, lambda options: {"a part": 1.0}
"""


def done(holds=True, fails="lambda path: path.write_text('whole')"):
    """A program whose work has been done."""
    return DONE.replace("HOLDS", str(holds)).replace("FAILS", fails)


def command(change, *argv):
    """The call of the program after the change."""
    return [sys.executable, "-c", PROGRAM.format(root=str(ROOT), change=change), *argv]


def shell(call, redirection, folder, **environment):
    """The call in a shell that redirects its output: exit code, standard output and error."""
    ended = subprocess.run(
        ["bash", "-c", f'set -o pipefail; "$@" {redirection}', "bash", *call],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def delivered(folder):
    """Everything that the program has to leave is there."""
    report = folder / "verification-report"
    assert json.loads((folder / "out.json").read_text("utf-8")) == {"∂": 1}
    assert sorted(os.listdir(report)) == ["report.html", "sine.png"]
    assert (report / "report.html").read_text() == (report / "sine.png").read_text() == "whole"


# How output may fail, what the exit code is if all holds, and what is said of it.
FAILURES = {
    "a closed pipe": ("| head -1", 0, "standard output: Broken pipe"),
    "a full disk": ("> /dev/full", 3, "standard output: No space left on device"),
    "no standard output": (">&-", 3, "standard output: closed"),
    "no standard error": ("2>&-", 0, None),
    "a full disk for errors": ("2> /dev/full", 0, None),
    "neither": ("> /dev/null 2>&-", 0, None),
}


@pytest.mark.skipif(os.name != "posix", reason="the system has no such shell")
@first_quick("name", FAILURES, 2)
def test_output_that_fails_does_not_cost_the_work(tmp_path, name):
    """Everything is written, one line says what became of the text, and the exit code is right."""
    holds = [*FAILURES].index(name) % 2 == 0
    redirection, code, said = FAILURES[name]
    ended, _, err = shell(command(done(holds), "--json", "out.json"), redirection, tmp_path)
    assert ended == (code or int(not holds))
    delivered(tmp_path)
    *_, summary = err.splitlines() or [""]
    complaints = [line for line in err.splitlines() if line.startswith("python -m verification: ")]
    assert "Traceback" not in err
    assert len(complaints) == bool(said)
    if said:
        assert complaints[0].startswith(f"python -m verification: {said}")
    elif said is not None:
        assert summary.startswith("100 % done in")


@pytest.mark.skipif(os.name != "posix", reason="the system has no such shell")
def test_output_that_cannot_be_encoded_does_not_cost_the_work(tmp_path):
    """What the encoding lacks is escaped."""
    ended, out, _ = shell(command(done(), "--json", "out.json"), "", tmp_path, PYTHONIOENCODING="ascii")
    assert ended == 0
    assert out.startswith("\\u2202 0\n\\u2202 1\n")
    delivered(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="the system has no such shell")
def test_json_on_standard_output_goes_through_a_pipe(tmp_path):
    """It is all that is there, in any encoding."""
    call = command(done(), "--json", "-")
    ended, out, err = shell(call, "| cat", tmp_path, PYTHONIOENCODING="cp1252")
    assert (ended, json.loads(out)) == (0, {"∂": 1})
    assert err.startswith("\\u2202 0\n")


def test_a_file_that_cannot_be_written_is_3(tmp_path):
    """One line says which and why; all the others are there."""
    fails = "lambda path: open('/no/such/folder', 'w')"
    ended, _, err = shell(command(done(fails=fails), "--json", "out.json"), "", tmp_path)
    assert ended == 3
    (line,) = [line for line in err.splitlines() if line.startswith("python -m verification: ")]
    place = os.path.join("verification-report", "sine.png")
    assert line.endswith(f"{place}: No such file or directory, could not be written")
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == {"∂": 1}
    assert os.listdir(tmp_path / "verification-report") == ["report.html"]


def test_a_breakdown_is_3(tmp_path):
    """Neither refuted nor misused; the traceback is in a file, and nothing else is left."""
    change = done() + "commands.COMMANDS['verify'] = lambda *args: 1 / 0, lambda options: {'a part': 1.0}"
    ended, out, err = shell(command(change), "", tmp_path, TMPDIR=str(tmp_path))
    (kept,) = tmp_path.glob("verified-rnn-*.txt")
    assert (ended, out) == (3, "")
    assert err.count("\n") == 1
    assert "failed, by a fault of its own: ZeroDivisionError: division by zero" in err
    assert err.endswith(f"{kept}\n")
    assert "ZeroDivisionError" in kept.read_text("utf-8")
    assert os.listdir(tmp_path / "verification-report") == []


@pytest.mark.parametrize(("library", "extra"), [("autograd", "verification"), ("matplotlib", "plots")])
def test_a_missing_library_is_named_with_its_extra(tmp_path, library, extra):
    """One line, exit code 2, and nothing is made; cli/test_starting.py has every library."""
    change = f"""
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == {library!r} else found(name, *rest)
sys.modules[{library!r}] = None
"""
    ended, out, err = shell(command(change), "", tmp_path)
    assert (ended, out) == (2, "")
    brings = f"the extra '{extra}' brings it: pip install 'verified-rnn[{extra}]'"
    assert err == f"python -m verification: {library} is missing; {brings}\n"
    assert os.listdir(tmp_path) == []


def test_the_package_needs_no_extra_until_it_is_run():
    """So that the command can start, and say what is missing."""
    program = "import sys, verification; print({'autograd', 'numpy'} & {*sys.modules})"
    assert python("-c", program).stdout == "set()\n"


def test_every_public_name_is_there():
    """And no other is made up."""
    assert set(verification.__all__) <= set(dir(verification))
    assert verification.verify is judge.verify
    assert [name for name in verification.__all__ if not hasattr(verification, name)] == []
    with pytest.raises(AttributeError, match="no attribute 'prove'"):
        verification.prove  # noqa: B018
