"""What a run and a training look like as JSON."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rnn import Window
from rnn.app.sine import PUBLISHED_RMSE
from tests.pages import judgement, sine
from verification.diagnosis.stages import Diagnosis
from verification.judging.judgement import Example, PartResult
from verification.report import text
from verification.report.outcome import Report

REFUTED = replace(
    judgement(
        diagnosis=Diagnosis(
            "accumulation", ("b",), (), "b is wrong: the bug is in what is computed from it."
        ),
        example=Example(None, "lags", "b", "d_b[0]: got 3, want 1", "# d_b[0]\nproblem = 2\n"),
    ),
    rows=(
        PartResult("lags", "W", 20, nonzero=20, failures=5, truncation="Full"),
        PartResult("lags", "b", 20, nonzero=20, truncation="Full"),
        PartResult("lags", "b", 20, nonzero=20, failures=7, truncation="Window"),
    ),
)


def json_of(report):
    """The JSON of a report: standard, without NaN, and read back the same."""

    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    written = json.dumps(text.as_json(report))
    found = json.loads(written, parse_constant=refuse)
    assert json.dumps(found) == written
    return found


def test_the_json_of_a_verified_run():
    """Verdict, profile, seed, counts, every row with its own, both trainings, and what it ran on."""
    verified = judgement()
    found = json_of(Report(verified, "few", sine(25, Window(5), 0.5), sine()))
    assert found["verdict"] == "verified"
    assert (found["profile"], found["seed"], found["cases"], found["informative"]) == ("few", 7, 1400, 1000)
    assert found["seconds"] == pytest.approx(verified.seconds, abs=1e-3)
    assert found["exercise"]["seen"]["T = 1"] == 50
    assert not found["exercise"]["missing"]
    assert len(found["properties"]) == len(verified.rows)
    row = {"name": "forward outputs", "truncation": "Full", "cases": 1200, "nonzero": 1100, "failures": 0}
    assert row.items() <= found["properties"][0].items()
    assert found["properties"][0]["verdict"] == "holds"
    assert found["properties"][0]["example"] is None
    budget, own = found["sine_in_the_articles_budget"], found["sine"]
    assert (budget["epochs"], budget["truncation"], budget["validation_rmse"]) == (25, "Window(k=5)", 0.5)
    assert (own["epochs"], own["truncation"], own["validation_rmse"]) == (2, "Full()", 0.01)
    assert (own["free_run_rmse"], own["free_run_steps"]) == (0.02, 100)
    assert own["baselines"] == {"published": PUBLISHED_RMSE, "predict zero": 0.7}
    assert own["losses"]["train"] == [3.0, 2.0, 1.0]
    assert found["versions"]["numpy"] == np.__version__
    assert {"python", "platform", "autograd", "hypothesis"} <= set(found["versions"])


def test_the_json_of_a_refuted_run():
    """The example is in the rows of its part as a program; there is no training."""
    found = json_of(Report(REFUTED))
    assert found["verdict"] == "refuted"
    assert found["sine"] is None
    assert found["sine_in_the_articles_budget"] is None
    refuted = [row for row in found["properties"] if row["verdict"] == "refuted"]
    assert [(row["name"], row["truncation"], row["failures"]) for row in refuted] == [
        ("lags W", "Full", 5),
        ("lags b", "Window", 7),
    ]
    assert [row["example"] for row in refuted] == [None, REFUTED.example.code]
