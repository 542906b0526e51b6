"""The commands, on few cases and for one epoch: what it prints, writes and returns."""

import json
import os
from dataclasses import asdict, replace

import pytest

from rnn.app.certificate import kept
from tests.hurry import PNG, in_a_hurry
from tests.vanilla import changed
from verification.adapters.rnn.cells import OF_TRAINING
from verification.adapters.rnn.manual import manual
from verification.cli import commands as command
from verification.cli.options import arguments
from verification.judging.judgement import Judgement, PartResult
from verification.judging.profile import PROFILES

__all__ = ["in_a_hurry"]


def verified(**changed):
    """As if of a run in which all holds."""
    rows = (PartResult("forward", "outputs", 9, 9, truncation="Full", nonzero=9),)
    return replace(Judgement("vanilla", "all", 0, 1.0, 9, 9, rows, {}, (), ()), **changed)


def doubles_c(problem):
    """An engine whose gradient of c is twice what it should be."""
    answer = manual(problem)
    return changed(answer, c=2 * answer.params["c"])


def no_training(*args):
    """Stands for the training where there must be none."""
    pytest.fail("trained with gradients that do not hold")


@pytest.mark.slow
def test_a_verified_run(tmp_path, capsys):
    """It prints the table and the verdict, trains, draws the picture, writes the JSON, and returns 0."""
    out, path = tmp_path / "deep" / "report", tmp_path / "out.json"
    assert command.main(["--seed", "0", "--out", str(out), "--json", str(path)]) == 0
    shown = capsys.readouterr()
    for words in (
        "lags W",
        "verified to singles:",
        "The gradients hold",
        "RMSE",
        f"Written: {path}",
        f"Written: {out / 'sine.png'}",
        f"Written: {out / 'report.html'}",
    ):
        assert words in shown.out
    assert "100 % done in " in shown.err.splitlines()[-1]
    assert "REFUTED" not in shown.out
    assert (out / "sine.png").read_bytes().startswith(PNG)
    result = json.loads(path.read_text("utf-8"))
    assert (result["verdict"], result["seed"], result["profile"]) == ("verified", 0, "quick")
    assert result["sine"]["epochs"] == result["sine_in_the_articles_budget"]["epochs"] == 1
    # Beside the user's cache, in which the certificates are.
    assert {*os.listdir(tmp_path)} - {"cache"} == {"deep", "out.json"}


@pytest.mark.slow
def test_a_refuted_run(tmp_path, capsys, monkeypatch):
    """It prints the example and the diagnosis, trains nothing, and returns 1."""
    monkeypatch.setattr(command, "train_on_sine", no_training)
    path = tmp_path / "out.json"
    assert command.main(["--json", str(path)], doubles_c) == 1
    shown = capsys.readouterr().out
    assert "REFUTED" in shown
    assert ": c is wrong (twice what it should be)." in shown
    assert "the bug is in what is computed from it" in shown
    assert "No training" in shown
    _, _, program = shown.partition("The smallest example, of autograd:\n\n")
    assert "case = Case(" in program
    result = json.loads(path.read_text("utf-8"))
    assert result["verdict"] == "refuted"
    assert result["diagnosis"].endswith(": c is wrong (twice what it should be).")
    assert result["example"] in shown
    assert result["sine"] is None
    assert not (tmp_path / "verification-report" / "sine.png").exists()


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ([], {"vanilla": "numpy", "lstm": "numpy", "gru": "numpy"}),
        (["--loops", "compiled"], {"vanilla": "compiled", "lstm": "compiled", "gru": "compiled"}),
        (["--cell", "gru", "--loops", "compiled"], {"gru": "compiled"}),
    ],
)
def test_every_cell_is_judged_in_one_run(tmp_path, monkeypatch, flags, expected):
    """By the loops asked for and the whole profile, each in the JSON; one that is picked alone."""
    found = {}

    def verifies(judged, profile, **keywords):
        name, loops = judged if isinstance(judged, tuple) else ("vanilla", "numpy")
        found[name] = loops
        assert profile is PROFILES["quick"]
        return verified(model=name, missing=("all",))

    monkeypatch.setattr(command, "CELLS", ["vanilla", "lstm", "gru"])
    monkeypatch.setattr(command, "cell_engine", lambda name, loops: (name, loops))
    monkeypatch.setattr(command, "verify", verifies)
    assert command.main([*flags, "--json", "out.json"]) == 1
    assert found == expected
    result = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert list(result["cells"]) == list(expected)
    assert result["loops"] == next(iter(expected.values()))
    assert result["cells"][next(iter(expected))]["cases"] == result["cases"] == 9


@pytest.mark.parametrize("name", command.COMMANDS)
def test_a_part_of_a_run_is_planned(tmp_path, name):
    """Every part that a command has is in its plan, and none that it has not."""
    _, parts = command.COMMANDS[name]
    (tmp_path / "mine.py").write_text("net = print\n")
    more = {"judge": ["mine.py:net"], "campaign": ["mine.py:net", "--cases", "9"], "cell": ["gru"]}
    argv = [name, *more.get(name, [])]
    assert all(seconds > 0 for seconds in parts(arguments(argv)).values())


def test_a_cell_is_judged_within_a_scope_and_certified(tmp_path, monkeypatch):
    """The certificate is kept, and is in the JSON: of the cell, its loops, the profile and the seed."""
    expected = []

    def verifies(engine, profile, **keywords):
        expected.append((engine.model.name, profile.name, keywords["scope"], keywords["seed"]))
        return verified(seed=keywords["seed"])

    monkeypatch.setattr(command, "verify", verifies)
    flags = ["--loops", "numpy", "--profile", "brief", "--seed", "3", "--json", "out.json"]
    assert command.main(["cell", "gru", *flags, "--scope", "training"]) == 0
    found = kept("gru", "numpy")
    assert (found.verdict, found.profile, found.seed, found.cases) == ("verified", "brief", 3, 9)
    result = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert result["verdict"] == "verified"
    assert result["certificate"] == asdict(found)
    assert command.main(["cell", "gru"]) == 0
    assert expected == [("gru", "brief", OF_TRAINING, 3), ("gru", "quick", None, 0)]
    assert kept("gru", "numpy").profile == "quick"


def test_a_run_that_shows_nothing(capsys, monkeypatch):
    """No training, and 1 is returned; the engine of the project alone is certified, by that verdict."""
    monkeypatch.setattr(command, "train_on_sine", no_training)
    idle = verified(missing=("T = 1",))
    monkeypatch.setattr(command, "verify", lambda *args, **keywords: idle)
    assert command.main([], doubles_c) == 1
    # Of another engine it would speak of code that was not judged.
    assert kept("vanilla", "numpy") is None
    assert command.main([]) == 1
    assert kept("vanilla", "numpy").verdict == "not exercised"
    shown = capsys.readouterr().out
    assert "not exercised: 9 cases" in shown
    assert "Not exercised, which is neither pass nor fail: T = 1" in shown
