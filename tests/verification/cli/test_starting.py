"""What every command needs before it begins."""

import json
import os
from contextlib import nullcontext

import pytest
from hypothesis import configuration

from verification.cli.starting import LIBRARIES, lost, started
from verification.processes.apart import LostCommand

FILE = "python -m x judge: mine.py:"
TOLD = {"program": "python -m x judge", "file": "mine.py", "json": "out.json", "folder": "f", "seconds": 30.0}


def test_what_hypothesis_keeps_is_gone_with_the_command(monkeypatch, tmp_path):
    """In a folder of the command's own, which is there while it runs."""
    monkeypatch.setattr(configuration, "__hypothesis_home_directory", None, raising=False)
    kept = []
    monkeypatch.setattr(configuration, "set_hypothesis_home_dir", kept.append)
    with started("python -m x"):
        assert os.path.isdir(kept[0])
    assert not os.path.exists(kept[0])


@pytest.mark.parametrize("library", [*LIBRARIES, "matplotlib"])
def test_a_missing_library_is_refused_before_anything_is_imported(monkeypatch, capsys, library):
    """In one line, in the name of the program."""
    monkeypatch.setattr(
        "rnn.console.command_line.find_spec", lambda name: None if name == library else object()
    )
    with pytest.raises(SystemExit) as left, started("python -m x"):
        pytest.fail("started")
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith(f"python -m x: {library} is missing; the extra ")


@pytest.mark.parametrize(
    ("child", "code", "words"),
    [
        (
            LostCommand(None, False, 0),
            3,
            "python -m x: its process ended with exit code 0 before there was a result",
        ),
        (
            LostCommand(TOLD, False, -11),
            2,
            f"{FILE} its import ended the process with exit code -11 (SIGSEGV), needed a ",
        ),
        (
            LostCommand(TOLD, True, -9),
            2,
            f"{FILE} its import had not ended after 30 s, needed a file whose import ends",
        ),
    ],
    ids=["after an import", "a crash", "too long"],
)
def test_a_lost_process_is_told_in_a_line(tmp_path, monkeypatch, capsys, child, code, words):
    """A refusal, with JSON, if that was by what a user's file does when it is imported."""
    monkeypatch.chdir(tmp_path)
    with nullcontext() if code == 3 else pytest.raises(SystemExit) as left:
        assert lost("python -m x", child) == code
    err = capsys.readouterr().err
    assert err.startswith(words)
    assert err.count("\n") == 1
    if code == 2:
        assert left.value.code == 2
        told = json.loads((tmp_path / "out.json").read_text("utf-8"))
        assert err == f"python -m x judge: {told['error']}\n"
