"""What a run and a training look like: table, JSON and pictures."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rnn import Full, Window
from rnn.app.sine import PUBLISHED_RMSE, Sine, SineRecipe
from rnn.training import History
from tests.pages import TRUNCATIONS
from verification.diagnosis.stages import Diagnosis
from verification.judging.judgement import Example, Judgement, PartResult
from verification.judging.sampled import Coverage
from verification.report import text as report
from verification.report.outcome import Report


def rows_of(part, **of_truncations):
    """A row for each kind of truncation; one that is not told of holds in 20 cases, 15 of them not zero."""
    ordinary = {"cases": 20, "nonzero": 15, "evidence": 15}
    return tuple(
        PartResult("lags", part, truncation=truncation, **of_truncations.get(truncation, ordinary))
        for truncation in TRUNCATIONS
    )


VERIFIED = Judgement(
    model="vanilla",
    scope="all",
    seed=7,
    seconds=1.5,
    cases=1300,
    informative=1234,
    rows=(*rows_of("W"), *rows_of("b")),
    seen={"T = 1": 1000, "relu": 1000},
    missing=(),
    not_asked=(),
    coverage=(Coverage(2, 10, 10, {"a rule": 2}),),
    drawn={"T": 6},
    fixed={"T": 512},
)
REFUTED = replace(
    VERIFIED,
    rows=(
        *rows_of("W", Full={"cases": 20, "nonzero": 20, "failures": 5}),
        *rows_of("b", Window={"cases": 20, "nonzero": 20, "failures": 7}),
    ),
    diagnosis=Diagnosis("accumulation", ("b",), (), "b is wrong: the bug is in what is computed from it."),
    example=Example(None, "lags", "b", "d_b[0]: got 3, want 1", "# d_b[0]\nproblem = 2\n", True),
)


def a_sine(epochs=2, truncation=Full(), rmse=0.25):
    """Figures as if of a training."""
    wave = np.sin(np.arange(150.0, 200.0))
    ahead = np.sin(np.arange(199.0, 499.0))
    losses = tuple(1.0 / (1 + epoch) for epoch in range(epochs + 1))
    return Sine(
        recipe=SineRecipe(epochs, truncation),
        history=History(losses, losses),
        validation_rmse=rmse,
        free_run_rmse=0.375,
        baselines={"predict zero": 0.7, "repeat the last value": 0.68},
        validation=(wave, wave + 0.01),
        free=(ahead, ahead + 1e-3 * np.arange(1, 301)),
    )


def test_the_json_of_a_verified_run():
    """Verdict, profile, seed, counts, every row with its own, both trainings, and what it ran on."""
    found = report.as_json(Report(VERIFIED, "few", a_sine(25, Window(5), 0.5), a_sine()))
    assert found["verdict"] == "verified"
    assert (found["profile"], found["seed"], found["cases"], found["informative"]) == ("few", 7, 1300, 1234)
    assert found["seconds"] == pytest.approx(VERIFIED.seconds, abs=1e-3)
    assert found["exercise"]["seen"]["T = 1"] == 1000
    assert not found["exercise"]["missing"]
    assert len(found["properties"]) == 2 * len(TRUNCATIONS)
    row = {"name": "lags W", "truncation": "Full", "cases": 20, "nonzero": 15, "failures": 0}
    assert row.items() <= found["properties"][0].items()
    assert found["properties"][0]["verdict"] == "holds"
    assert found["properties"][0]["example"] is None
    budget, sine = found["sine_in_the_articles_budget"], found["sine"]
    assert (budget["epochs"], budget["truncation"], budget["validation_rmse"]) == (25, "Window(k=5)", 0.5)
    assert (sine["epochs"], sine["free_run_rmse"], sine["free_run_steps"]) == (2, 0.375, 300)
    assert sine["baselines"]["published"] == PUBLISHED_RMSE
    assert sine["baselines"]["predict zero"] == 0.7
    assert list(sine["losses"]["train"]) == [1.0, 0.5, pytest.approx(1 / 3)]
    assert found["versions"]["numpy"] == np.__version__
    assert {"python", "platform", "autograd", "hypothesis"} <= set(found["versions"])


def test_the_json_of_a_refuted_run():
    """The example is in the rows of its part as a program; there is no training."""
    found = report.as_json(Report(REFUTED))
    assert found["verdict"] == "refuted"
    assert found["sine"] is None
    assert found["sine_in_the_articles_budget"] is None
    refuted = [row for row in found["properties"] if row["verdict"] == "refuted"]
    assert [(row["name"], row["truncation"], row["failures"]) for row in refuted] == [
        ("lags W", "Full", 5),
        ("lags b", "Window", 7),
    ]
    assert [row["example"] for row in refuted] == [None, REFUTED.example.code]


def test_the_json_is_standard():
    """Read back it is the same, tuples as lists, without NaN."""

    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    found = report.as_json(Report(REFUTED, "few", None, a_sine()))
    text = json.dumps(found)
    assert json.dumps(json.loads(text, parse_constant=refuse)) == text
