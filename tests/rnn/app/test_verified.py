"""Verified before trained: what is known of the code in use, a judgement where nothing is, and its end.

The verifier is played by a few lines; the last two tests have the real one judge a cell.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from rnn.app import verified
from rnn.app.certificate import engine_digest, keep
from rnn.app.commands import main
from rnn.app.recipe import Recipe
from rnn.app.verified import assured
from rnn.storage import load
from tests.disk import full
from tests.rnn.app.called import LOOPS, SMALL, UNMEASURED, of_this_code, said

ROOT = Path(__file__).parents[3]

# A cache of the test's own, in which nothing is verified.
pytestmark = pytest.mark.usefixtures("uncertified")


# A verifier that is played: it writes a result, waits, and ends with an exit code.
PLAYED = """
import json, sys, time
from pathlib import Path
Path(sys.argv[0]).with_name("called").write_text(json.dumps(sys.argv[1:]))
time.sleep({seconds})
result = {result}
if result is not None:
    Path(sys.argv[sys.argv.index("--json") + 1]).write_text(json.dumps(result))
sys.exit({code})
"""


def played(folder, result=None, code=0, seconds=0.0):
    """Where a package is beside which such a verifier stands."""
    package = folder / "beside" / "verification"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    program = PLAYED.format(result=repr(result), code=code, seconds=seconds)
    (package / "__main__.py").write_text(program)
    return folder / "beside" / "rnn"


def verdict(certificate, **more):
    """What the verifier writes."""
    return {"verdict": certificate.verdict, "certificate": asdict(certificate), **more}


def unable(*flags):
    """Stands for a verifier that must not be started."""
    pytest.fail("started the verifier")


def test_verified_code_is_not_judged_again(monkeypatch, capsys, tmp_path):
    """It is said, kept with the model but for the date, and shown by inspect."""
    monkeypatch.setattr(verified, "_ended", unable)
    keep(of_this_code())
    shown = said(capsys, "train", "--out", tmp_path / "m", *SMALL)
    first = "The gradients of vanilla are verified: brief, 9 cases, 2026-01-01T00:00:00+00:00."
    assert shown.startswith(first + "\n")
    about = load(tmp_path / "m" / "model.safetensors").about["verification"]
    assert about["verdict"] == "verified"
    assert about["engine"] == engine_digest()
    assert "date" not in about
    assert "Its gradients were verified: brief, 9 cases, of all." in said(capsys, "inspect", tmp_path / "m")


SEVERAL = {"stack": ("--num-layers", "2"), "bidirectional": ("--bidirectional",)}


@pytest.mark.parametrize("name", SEVERAL)
def test_several_are_verified_as_what_they_are(monkeypatch, capsys, tmp_path, name):
    """The cell is not enough: what several of it make is judged first, and kept and shown as well."""
    keep(of_this_code())
    monkeypatch.setattr(verified, "PACKAGE", played(tmp_path, verdict(of_this_code(cell=name))))
    shown = said(capsys, "train", "--out", tmp_path / "m", *SMALL, *SEVERAL[name])
    first, second, third, *_ = shown.splitlines()
    assert first.startswith(f"Judging the gradients of {name} first")
    assert second.startswith("The gradients of vanilla are verified: brief, 9 cases")
    assert third.startswith(f"The gradients of {name} are verified: brief, 9 cases")
    called = json.loads((tmp_path / "beside" / "verification" / "called").read_text())
    assert called[:4] == ["cell", name, "--loops", LOOPS]
    assert ("--scope" in called) == (name == "stack")
    about = load(tmp_path / "m" / "model.safetensors").about["verification"]
    assert (about["cell"], [each["cell"] for each in about["with"]]) == ("vanilla", [name])
    sentence = f"Its gradients were verified: brief, 9 cases, of all; as {name}: brief, 9 cases, of all."
    assert sentence in said(capsys, "inspect", tmp_path / "m")


# What is in the cache, and what is said of it.
UNKNOWN = {
    "nothing": (lambda path: path.unlink(), "no certificate of them yet"),
    "another's sources": (lambda path: keep(replace(of_this_code(), engine="0" * 64)), "sources 00000000"),
    "another version": (lambda path: keep(replace(of_this_code(), versions={"python": "2.7"})), "python 2.7"),
    "refuted": (lambda path: keep(of_this_code("refuted")), "the last verdict on them is refuted"),
    "tampered": (lambda path: path.write_text(path.read_text().replace("9", "7")), "its sha256 is another"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), "Is a directory"),
}


@pytest.mark.parametrize("name", ["nothing", "refuted", "a folder"])
def test_unknown_code_is_trained_unverified_where_that_is_asked(monkeypatch, capsys, tmp_path, name):
    """Why is said; the model says that it is not verified."""
    monkeypatch.setattr(verified, "_ended", unable)
    change, why = UNKNOWN[name]
    change(keep(of_this_code()))
    shown = said(capsys, "train", "--out", tmp_path / "m", "--no-verify", *SMALL)
    assert shown.startswith("The gradients are not verified (")
    assert why in shown.splitlines()[0]
    assert "as --no-verify asks." in shown
    assert load(tmp_path / "m" / "model.safetensors").about["verification"] == {"verdict": "not verified"}
    assert "Its gradients were not verified" in said(capsys, "inspect", tmp_path / "m")


@pytest.mark.parametrize("name", ["another's sources", "another version", "tampered"])
def test_unknown_code_is_judged_first(monkeypatch, capsys, tmp_path, name):
    """The cell at hand, by the loops of the training, and then it is trained."""
    found = of_this_code()
    monkeypatch.setattr(verified, "PACKAGE", played(tmp_path, verdict(found)))
    change, why = UNKNOWN[name]
    change(keep(found))
    shown = said(capsys, "train", "--out", tmp_path / "m", *SMALL)
    assert shown.startswith(
        "Judging the gradients of vanilla first, about half a minute (--no-verify: train without): "
    )
    assert why in shown.splitlines()[0]
    assert shown.splitlines()[1].startswith("The gradients of vanilla are verified: brief, 9 cases")
    called = json.loads((tmp_path / "beside" / "verification" / "called").read_text())
    flags = ["--loops", LOOPS, "--scope", "training", "--profile", "brief"]
    assert called[:8] == ["cell", "vanilla", *flags]


def test_refuted_gradients_are_not_trained_with(monkeypatch, capsys, tmp_path):
    """Exit code 1 and the sentence; nothing is made."""
    printed = verdict(of_this_code("refuted"), diagnosis={"sentence": "W is wrong."})
    monkeypatch.setattr(verified, "PACKAGE", played(tmp_path, printed, code=1))
    with pytest.raises(SystemExit) as left:
        main(["train", "--out", str(tmp_path / "m"), *SMALL])
    assert left.value.code == 1
    printed = capsys.readouterr().err
    assert printed == "python -m rnn train: the gradients of vanilla are refuted: W is wrong.\n"
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("result", "code", "why"),
    [
        (None, 2, "the verifier cannot start, for the reason above"),
        (None, 3, "the verifier came to no verdict, exit code 3"),
        (verdict(of_this_code("not exercised")), 1, "the verifier came to no verdict, exit code 1"),
        (verdict(replace(of_this_code(), engine="0" * 64)), 0, "what was judged has sources 00000000"),
    ],
)
def test_without_a_verdict_they_are_not_verified(monkeypatch, tmp_path, result, code, why):
    """As where the verifier's extra is missing; the training then goes on."""
    monkeypatch.setattr(verified, "PACKAGE", played(tmp_path, result, code))
    found = assured(["vanilla"], LOOPS, True)
    assert (found.verdict, found.certificates) == ("not verified", ())
    assert f"The gradients are not verified: {why}" in found.said


# A training, after a change that says who judges, or by which loops.
PROGRAM = """
import sys
from pathlib import Path
from rnn.__main__ import main
from rnn.app import verified
from rnn.app.recipe import Recipe
from rnn.console.command_line import run
{change}
sys.exit(run("python -m rnn", main))
"""


def call(change, out):
    """The call of such a training."""
    return [sys.executable, "-c", PROGRAM.format(change=change), "train", "--out", str(out), *SMALL]


@pytest.mark.slow
def test_who_ends_the_judging_ends_the_training(tmp_path):
    """No traceback, nothing is made, and the verifier is gone, though it would have slept on."""
    change = f"verified.PACKAGE = Path({str(played(tmp_path, seconds=600))!r})"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(call(change, tmp_path / "m"), env=environment, stdout=-1, stderr=-1, text=True)
    while not (tmp_path / "beside" / "verification" / "called").exists():
        assert child.poll() is None, child.communicate()
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    _, ended = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Traceback" not in ended
    assert not (tmp_path / "m").exists()


def test_what_is_found_is_known_in_a_cache_that_cannot_be_written(monkeypatch, tmp_path):
    """By what the verifier answers, and not by a certificate, which it cannot keep."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    found = of_this_code()
    monkeypatch.setattr(verified, "PACKAGE", played(tmp_path, verdict(found)))
    assert assured(["vanilla"], LOOPS, True).certificates == (found,)


@pytest.mark.slow
def test_the_real_verifier_is_run(tmp_path, monkeypatch, capsys):
    """What it found is said, and kept with the model. Not measured, for it is not the engine's own work."""
    for name in os.environ.keys() - UNMEASURED.keys():
        monkeypatch.delenv(name)
    monkeypatch.setattr(Recipe, "usual_loops", lambda recipe: "numpy")
    shown = said(capsys, "train", "--out", tmp_path / "m", *SMALL)
    assert shown.splitlines()[1].startswith("The gradients of vanilla are verified: brief, ")
    about = load(tmp_path / "m" / "model.safetensors").about["verification"]
    assert (about["loops"], about["profile"]) == ("numpy", "brief")
    assert about["informative"] > 400


@pytest.mark.slow
def test_the_real_verifier_refutes_a_wrong_line(tmp_path):
    """One of the loops that train, changed after the last run: refused, with the place of the fault."""
    for package in ("rnn", "verification"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    keep(of_this_code(loops="numpy"))
    source = tmp_path / "rnn" / "cells" / "vanilla.py"
    text = source.read_text()
    right, wrong = "product(da, W, dh)", "product(da, W.T, dh)"
    assert text.count(right) == 1
    source.write_text(text.replace(right, wrong))
    asked = call('Recipe.usual_loops = lambda recipe: "numpy"', "m")
    cache = os.environ["XDG_CACHE_HOME"]
    environment = {**UNMEASURED, "PYTHONPATH": str(tmp_path), "XDG_CACHE_HOME": cache}
    done = subprocess.run(asked, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "what was verified has sources" in done.stdout
    *_, line = done.stderr.splitlines()
    assert line.startswith("python -m rnn train: the gradients of vanilla are refuted: ")
    assert not (tmp_path / "m").exists()


def test_a_verifier_that_finds_no_room_is_said(monkeypatch, capsys):
    """It needs a folder for what it finds; without one the training goes on, not verified."""
    monkeypatch.setattr(verified.tempfile, "TemporaryDirectory", full)
    found = assured(["vanilla"], LOOPS, True)
    assert found.verdict == "not verified"
    assert found.said.endswith("not verified: the verifier cannot be started: No space left on device.")
