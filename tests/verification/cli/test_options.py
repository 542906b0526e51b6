"""The flags of each command: any other is refused in one line, and nothing is made."""

import re
from pathlib import Path

import pytest

from rnn.console.command_line import LINE
from rnn.console.places import STANDARD_OUTPUT
from tests.campaigns import ROOT, SQUARE
from verification.cli import options
from verification.cli.campaign.command import DIGITS
from verification.cli.options import USAGES, arguments


@pytest.fixture(autouse=True)
def in_a_folder(monkeypatch, tmp_path):
    """With a file, a folder, a folder where the picture would go, and an engine."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("")
    (tmp_path / "mine.py").write_text(SQUARE)
    (tmp_path / "folder").mkdir()
    (tmp_path / "taken" / "sine.png").mkdir(parents=True)


@pytest.fixture
def engine(tmp_path):
    """An engine in a file, and what it says when it is loaded."""
    (tmp_path / "mine.py").write_text("print('loaded')\n\n\ndef engine(problem):\n    return None\n")
    return f"{tmp_path / 'mine.py'}:engine"


def tree(folder):
    """Everything below it."""
    some = (path.relative_to(folder) for path in folder.rglob("*"))
    return sorted(str(path) for path in some if "__pycache__" not in path.parts)


FEW = ["mine.py:net", "--cases", "9"]
MISUSES = {
    "an unknown command": (["train"], "invalid choice: 'train' (choose from"),
    "a command after its flags": (["--seed", "1", "cell"], "unrecognized arguments: cell"),
    "an unknown profile": (["--profile", "hasty"], "hasty"),
    "a seed with a fraction": (["--seed", "1.5"], "'1.5', needed an integer of at least 0"),
    "a part of an option": (["--prof", "quick"], "unrecognized arguments: --prof"),
    "a command that measures the verifier": (
        ["mutants", "--only", "x"],
        "mutants measures the verifier, from a checkout: python -m benchmarks.evidence mutants",
    ),
    "a file for a folder": (["--out", "file.txt"], "file.txt: File exists, needed a place to write to"),
    "a folder for the picture": (
        ["--out", "taken"],
        "taken/sine.png: Is a directory, needed a place to write to",
    ),
    "a folder for a file": (["--json", "folder"], "folder: Is a directory, needed a place to write to"),
    "a missing folder": (
        ["--json", "missing/out.json"],
        "missing/out.json: No such file or directory, needed a place to write to",
    ),
    "the report for the JSON": (
        ["--json", "./verification-report/../verification-report/report.html"],
        "report.html goes there, needed another file",
    ),
    "nothing to judge": (["judge"], "the following arguments are required: FILE.py:NAME"),
    "no file and name": (["judge", "mine.py"], "'mine.py', needed FILE.py:NAME"),
    "no such file": (["judge", "other.py:engine", "--out", "there"], "other.py: no such file"),
    **{
        f"{given} seconds": (
            ["judge", "mine.py:net", f"--seconds={given}"],
            f"argument --seconds: '{given}', needed a number of seconds above 0",
        )
        for given in ("0", "soon", "inf", "nan")
    },
    "a million characters": (["--seed", "x" * 1_000_000], "xxx', needed an integer of at least 0"),
    **{
        f"a campaign of {what}": (["campaign", *argv], words)
        for what, argv, words in (
            ("no cases", ["mine.py:net"], "the following arguments are required: --cases"),
            ("none at all", ["mine.py:net", "--cases", "0"], "'0', needed an integer of at least 1"),
            ("a large seed", [*FEW, "--seed", str(10**DIGITS)], f"{DIGITS} digits at most"),
            ("no workers", [*FEW, "--workers", "0"], "'0', needed an integer of at least 1"),
            ("no engine", ["none.py:net", "--cases", "9"], "none.py: no such file"),
            ("a file for a folder", [*FEW, "--out", "file.txt"], "file.txt: File exists"),
            ("a folder that is read-only", [*FEW, "--out", "/proc/out"], "/proc/out: "),
            (
                "two backends",
                [*FEW, "--workers", "2", "--scheduler", "127.0.0.1:1"],
                "--workers: given with --scheduler",
            ),
        )
    },
}


@pytest.mark.parametrize("name", MISUSES)
def test_misuse_is_one_line_and_nothing_is_made(tmp_path, capsys, name):
    """Exit code 2, one line on standard error with the value that was given, and no folder anywhere."""
    before = tree(tmp_path)
    argv, words = MISUSES[name]
    with pytest.raises(SystemExit) as left:
        arguments(argv)
    shown = capsys.readouterr()
    assert left.value.code == 2
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert shown.err.startswith("python -m verification")
    assert len(shown.err) < LINE + 60
    assert words in shown.err
    assert tree(tmp_path) == before


# The start of a row of the commands' table, and the one of its figures that a help text has.
TIMES = re.findall(
    r"^\| `python -m verification(?: (\w+))?[^|]*\|.*\| ([^|,]*)[^|]*\|$",
    (ROOT / "docs" / "commands.md").read_text("utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize("name", [name for name, usage in USAGES.items() if usage.has_result])
def test_a_help_text_says_the_time_that_the_page_says(name):
    """Of each command."""
    assert {name or "verify": time for name, time in TIMES}[name].strip() in USAGES[name].description


def test_a_server_has_no_result(capsys):
    """There is nothing to write, and it is ended by who started it."""
    assert arguments(["mcp"]).places.json is None
    with pytest.raises(SystemExit):
        arguments(["mcp", "--json", "-"])
    assert "unrecognized arguments: --json" in capsys.readouterr().err


@pytest.mark.parametrize("command", [name for name, usage in USAGES.items() if usage.has_result])
def test_every_command_writes_json(command, engine):
    """To a file or to standard output."""
    calls = {
        "judge": ["judge", engine],
        "campaign": ["campaign", engine, "--cases", "9"],
        "cell": ["cell", "lstm"],
    }
    called = calls.get(command, [command])
    assert arguments([*called, "--json", "out.json"]).places.json == Path("out.json")
    assert arguments([*called, "--json", "-"]).places.json == STANDARD_OUTPUT


def test_judge_brings_the_engine(engine, capsys):
    """Loaded once all else is right, and what its file says is no part of the result."""
    assert arguments(["judge", engine]).engine(0) is None
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "loaded\n")
    with pytest.raises(SystemExit):
        arguments(["judge", engine, "--seed", "x"])
    assert "loaded" not in capsys.readouterr().err


def test_a_secret_that_a_sandbox_shows_is_refused(engine, tmp_path, tmp_path_factory, monkeypatch, capsys):
    """In the folder of the engine; one in another temporary folder is not, nor is any without a sandbox."""
    monkeypatch.setattr(options, "check_sandbox", lambda: None)
    for folder, flags, taken in (
        (tmp_path, ["--sandbox"], False),
        (tmp_path_factory.mktemp("apart"), ["--sandbox"], True),
        (tmp_path, [], True),
    ):
        path = folder / "secret"
        path.write_bytes(bytes(range(32)))
        argv = ["judge", engine, "--secret", str(path), *flags]
        if taken:
            assert arguments(argv).secret.data == path.read_bytes()
        else:
            with pytest.raises(SystemExit) as left:
                arguments(argv)
            assert left.value.code == 2
            said = capsys.readouterr().err
            assert f"--secret: {path}: can be read in the sandbox, needed a file in your home or" in said
