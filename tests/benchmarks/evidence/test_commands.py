"""The commands that measure the verifier, on few cases: what each prints, writes and returns."""

import json
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from unittest.mock import create_autospec

import numpy as np
import pytest

from benchmarks.article import published_rule
from benchmarks.evidence import adversary, mutants
from benchmarks.evidence import commands as command
from benchmarks.evidence.adversary.measuring import Adversary, PlantedFault, RefutedShare
from benchmarks.evidence.checkers import Checker, lags_accuse
from benchmarks.evidence.mutants import CATALOGUE, EQUIVALENT
from benchmarks.evidence.mutants.cases import all_cases
from benchmarks.evidence.mutants.run import MutantsResult
from benchmarks.evidence.options import PROGRAM, USAGES
from benchmarks.evidence.scalars import ScalarRow
from tests.hurry import PNG, in_a_hurry
from verification.cli.options import arguments
from verification.judging.profile import PROFILES

__all__ = ["in_a_hurry"]

SCALAR = ScalarRow("tanh", np.dtype(float), "bend", 9, 1.0, 1.0, 1e-16, 0.5, 1e-16)


@pytest.fixture(autouse=True)
def on_little(monkeypatch):
    """Two mutants before few cases, one scalar, a small architecture."""
    monkeypatch.setattr(
        mutants, "run", partial(mutants.run, mutants=CATALOGUE[:2], equivalents=EQUIVALENT[:1])
    )
    monkeypatch.setattr(import_module(MutantsResult.__module__), "all_cases", lambda: all_cases()[:20])
    monkeypatch.setattr(command, "scalar_rows", lambda: [SCALAR])
    monkeypatch.setattr(published_rule, "examine", partial(published_rule.examine, units=4, length=10))


@pytest.mark.slow
def test_a_verified_run_is_measured_before_it_trains(tmp_path, capsys):
    """Mutants, the published rule, the curve and the scalars, in the text, the JSON and the page."""
    assert command.main(["--json", "out.json"]) == 0
    shown = capsys.readouterr().out
    words = ("Mutants: 2 of 2", "published rule", "autograd.test_util", "The gradients hold")
    assert [shown.index(each) for each in words] == sorted(shown.index(each) for each in words)
    result = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert (result["mutants"]["killed"], result["mutants"]["equivalent"]) == (2, 1)
    assert result["published_rule"]["verdict"] == "refuted"
    assert result["detection"]["cases"] == 2
    assert {oracle["name"]: oracle["compared"] for oracle in result["oracles"]}["50 digits"] == 9
    assert "2 of 2 wrong engines caught" in (tmp_path / "verification-report/report.html").read_text("utf-8")


@pytest.mark.parametrize("loops", ["numpy", "compiled"])
def test_scalars_are_those_of_the_loops(monkeypatch, loops):
    """tanh and sigmoid as they are computed in each type; long doubles go by NumPy's loops either way."""
    used = []

    def rows(activations=None, dtypes=()):
        used.append([f.name for f in activations or ()])
        return []

    monkeypatch.setattr(command, "scalar_rows", rows)
    assert command.scalars_of(loops) == []
    assert used == {"numpy": [[]], "compiled": [["tanh", "sigmoid"], []]}[loops]


@pytest.mark.slow
def test_detection_measures_all_three(tmp_path, capsys, monkeypatch):
    """False alarms, accuracy and the curve, in the text, in the JSON, and the curve as a picture."""
    monkeypatch.setattr(command, "DETECTION_CASES", 2)
    judges = [Checker("lags", "", lags_accuse)]
    monkeypatch.setattr(command.detection, "curve", partial(command.detection.curve, judges=judges))
    assert command.main(["detection"]) == 0
    assert "False alarms: 0 in 2 problems" in capsys.readouterr().out
    folder = tmp_path / "verification-report"
    result = json.loads((folder / "detection.json").read_text("utf-8"))
    assert (result["cases"], result["alarms"]["cases"]) == (2, 2)
    assert result["accuracy"]
    assert (folder / "detection.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize(("verdict", "agree", "code"), [("verified", 2, 0), ("refuted", 1, 1)])
def test_adversary_measures_plants_and_judges(capsys, monkeypatch, verdict, agree, code):
    """The shares by number of conditions, in text and JSON; and whether verdicts are as measured."""
    shares = (RefutedShare(1, 2, 1, 1, (("N == 2",),)), RefutedShare(2, 30, 20, 9, ()))
    found = Adversary(3, 9, 99, {"sizes": 2}, shares, {(0, 1): True, (2, 3): False})
    planted = PlantedFault(("a", "b"), True, "refuted"), PlantedFault(("c", "d"), False, verdict)
    measure = create_autospec(adversary.measure, return_value=found)
    confirmed = create_autospec(adversary.confirmed, return_value=replace(found, planted=planted))
    monkeypatch.setattr(command.adversary, "measure", measure)
    monkeypatch.setattr(command.adversary, "confirmed", confirmed)
    argv = ["adversary", "--seed", "3", "--planted", "2", "--json", "out.json"]
    assert command.main(argv) == code
    assert measure.call_args.args[:2] == (PROFILES["quick"], 3)
    assert confirmed.call_args.args[:3] == (found, 2, PROFILES["quick"])
    shown = capsys.readouterr().out
    assert "Single conditions under which a fault survives: N == 2" in shown
    assert f"Planted and judged: 2 faults; {agree} as measured" in shown
    result = json.loads(Path("out.json").read_text("utf-8"))
    assert [share["faults"] for share in result["shares"]] == [2, 30]
    assert [each["verdict"] for each in result["planted"]] == ["refuted", verdict]


@pytest.mark.parametrize("name", command.COMMANDS)
def test_a_part_of_a_run_is_planned(name):
    """Every part that a command has is in its plan, and none that it has not."""
    _, parts = command.COMMANDS[name]
    assert all(seconds > 0 for seconds in parts(arguments([name], USAGES, PROGRAM)).values())
