"""``python -m verification campaign`` as a user calls it: what it says, leaves and refuses; how it stops."""

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import time

import jsonschema
import pytest

from tests.campaigns import ENVIRONMENT, SCAN, SQUARE, WRONG_SQUARE, called, run
from tests.living import descendants, gone
from tests.programs import python
from verification.cli import commands
from verification.cli.campaign import command
from verification.cli.campaign.command import prepared
from verification.cli.campaign.store import NAME
from verification.report import structured

# Slower by the clock, and by no more work: it is still at work when it is stopped.
SLOW_SQUARE = SQUARE.replace("    return 2", "    time.sleep(0.004)\n    return 2").replace(
    "import", "import time\nimport", 1
)

ENGINES = {"mine": SQUARE, "slow": SLOW_SQUARE, "wrong": WRONG_SQUARE}


@pytest.fixture
def project(tmp_path):
    """A folder with engines."""
    for name, text in ENGINES.items():
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
    return tmp_path


def result(folder, name):
    """The JSON, but for times; as its schema has it."""
    found = json.loads((folder / name).read_text("utf-8"))
    jsonschema.validate(found, structured.schema())
    assert found.pop("times")["seconds"] > 0
    return found


@pytest.mark.slow
def test_a_right_engine_is_verified(tmp_path):
    """With its scope and the coverage of the designed sample; a page is there, and JSON alone on request."""
    (tmp_path / "scanned.py").write_text(SCAN, "utf-8")
    done = run(tmp_path, "scanned.py:net", "--cases", "20", "--json", "-", "--workers", "2")
    found = json.loads(done.stdout)
    assert (done.returncode, found["verdict"], found["refuted"]) == (0, "verified", 0)
    assert found["scope"].startswith("float64; full gradient by cotangents")
    assert "triples of levels without conditions covered" in found["coverage"][1]
    assert (found["properties"][0]["property"], found["properties"][0]["part"]) == ("forward", "outputs")
    assert found["seen"]["T ≥ 2"] > 60
    assert " left: designed sample\n" in done.stderr
    assert {*os.listdir(tmp_path / "verification-campaign")} == {NAME, "report.html"}


@pytest.mark.slow
def test_a_wrong_engine_is_refuted(project):
    """Told as judge tells it, with how many cases fail, the smallest, and its program, which fails."""
    done = run(project, "wrong.py:net", "--cases", "50", "--out", "out", "--json", "out.json")
    found = result(project, "out.json")
    assert (done.returncode, found["verdict"]) == (1, "refuted")
    assert found["refuted"] > 1
    assert done.stdout.startswith("refuted\nscope: gradients of x by autograd of the forward\n")
    assert "diagnosis: The gradient of x is wrong" in done.stdout
    assert f"{found['refuted']} cases refuted, the smallest in failures/{found['shown']}.py" in done.stdout
    program = (project / "out" / "failures" / f"{found['shown']}.py").read_text("utf-8")
    (project / "example.py").write_text(program, "utf-8")
    failed = python("example.py", folder=project)
    assert failed.returncode == 1
    assert "AssertionError" in failed.stderr


def blocks_in(folder):
    """How many blocks are in the database, which the campaign holds: as a copy has it."""
    copy = folder.parent / "copy.sqlite"
    for end in ("", "-wal"):
        try:
            copy.with_name(copy.name + end).write_bytes((folder / (NAME + end)).read_bytes())
        except FileNotFoundError:
            copy.with_name(copy.name + end).unlink(missing_ok=True)
    connection = sqlite3.connect(copy)
    try:
        return connection.execute("SELECT COUNT(*) FROM done WHERE kind = 'block'").fetchone()[0]
    except sqlite3.Error:
        return 0
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_campaign_that_is_stopped_leaves_a_whole_folder(project, number):
    """It says how to go on, if it can say anything, leaves no process, and goes on to the same outcome."""
    argv = ("slow.py:net", "--cases", "150", "--out", "out", "--workers", "2", "--json", "out.json")
    with subprocess.Popen(
        called(project, *argv), cwd=project, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
    ) as started:
        while blocks_in(project / "out") < 1:
            assert started.poll() is None
            time.sleep(0.1)
        below = descendants(started.pid)
        assert len(below) >= 2
        started.send_signal(number)
        code = started.wait(30)
        got = started.stderr.read()
    assert code == {signal.SIGINT: 130, signal.SIGKILL: -9}[number]
    if number != signal.SIGKILL:
        assert "what is done so far is kept in out; the same command goes on from there" in got
        assert "Traceback" not in got
    assert gone(below)
    done = run(project, *argv)
    assert done.returncode == 0
    assert "going on: " in done.stderr
    assert "of 3 blocks are in out" in done.stderr
    found = result(project, "out.json")
    assert (found["verdict"], found["cases"]) == ("verified", 150)


@pytest.mark.slow
def test_a_damaged_folder_is_refused_before_any_work(project, monkeypatch, capsys):
    """In one line that names the file and what is wrong with it; exit code 2, since nothing was done."""
    argv = ("mine.py:net", "--cases", "50", "--out", "out")
    assert run(project, *argv, "--workers", "1").returncode == 0
    connection = sqlite3.connect(project / "out" / NAME)
    with connection:
        connection.execute("UPDATE done SET value = replace(value, '50', '51') WHERE kind = 'block'")
    connection.close()
    monkeypatch.chdir(project)
    with pytest.raises(SystemExit) as left:
        commands.main(["campaign", *argv])
    out, err = capsys.readouterr()
    assert (left.value.code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"python -m verification campaign: out/{NAME}: block 0 does not match")


def test_a_library_that_is_missing_is_named_with_its_extra(project, monkeypatch):
    """Before anything is done."""
    monkeypatch.chdir(project)
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    options = argparse.Namespace(
        **{"target": "mine.py:net", "engine": None, "seed": 0, "cases": 9, "out": project, "cache": True},
        **{"scheduler": "127.0.0.1:1", "workers": None},
    )
    monkeypatch.setattr(command, "subject_of", lambda engine: engine)
    with pytest.raises(ValueError, match="distributed is missing; the extra 'cluster' brings it"):
        prepared(options)
