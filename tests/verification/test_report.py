"""The report: a table, JSON, and pictures."""

import json
from dataclasses import replace

import pytest

from rnn import Window
from verification import report
from verification.diagnosis import diagnose
from verification.engine import manual
from verification.properties import PROPERTIES
from verification.sine import Recipe, train_on_sine
from verification.suite import Profile, verify

FORWARD = PROPERTIES[:1]


def wrong_bias(problem):
    """An engine whose bias gradient is doubled."""
    answer = manual(problem)
    return replace(answer, b=2 * answer.b)


@pytest.fixture(scope="module")
def verification():
    """A run of few cases."""
    return verify(manual, Profile("few", 100, 0), properties=FORWARD)


@pytest.fixture(scope="module")
def sine():
    """A training of one epoch."""
    return train_on_sine(Recipe(1, Window(2), batch=50), seed=0)


def test_the_table_has_a_line_for_each_row(verification):
    """The row's name, and under each truncation its cases and share."""
    lines = report.table(verification).splitlines()
    assert lines[0].split() == ["Full", "Window", "Chunked", "Tail"]
    assert lines[1].startswith("forward")
    assert lines[1].count("%") == 4


def test_what_was_not_seen_is_said(verification):
    """The exercise lines name what too few live cases met."""
    told = report.exercise(replace(verification, seen={"tanh": 7}))
    assert "tanh 7" in told
    assert "relu" in told.split("Not seen")[1]


def test_a_refutation_is_told_with_its_example():
    """The smallest example's code, and which row it refutes."""
    refuted = verify(wrong_bias, Profile("few", 60, 0), properties=PROPERTIES[2:3])
    told = report.failure(refuted)
    assert "Refuted: lags b" in told
    assert "problem = Problem(" in told
    assert "REFUTED" in report.table(refuted)


def test_the_json_has_what_was_promised(verification, sine, tmp_path):
    """The fields that other programs read, and rows with their own."""
    path = tmp_path / "result.json"
    report.write_json(path, verification, sine, sine)
    result = json.loads(path.read_text("utf-8"))
    assert {"verdict", "profile", "seconds", "properties", "sine", "versions", "exercise"} <= set(result)
    row = {"name", "truncation", "cases", "nonzero", "verdict", "example"}
    assert all(row <= set(entry) for entry in result["properties"])
    fields = {"epochs", "truncation", "validation_rmse", "free_run_rmse", "baselines"}
    assert fields <= set(result["sine"])
    assert {"seen", "missing"} == set(result["exercise"])
    assert report.as_json(verification, None, None)["sine"] is None


def test_the_trainings_stand_beside_the_baselines(sine):
    """The published figure, the baselines, and both trainings."""
    told = report.sine_table(sine, sine)
    assert "0.127" in told
    assert "predict zero" in told
    assert "1 epochs, Window(k=2)" in told


def test_pictures_are_drawn(sine, tmp_path):
    """Both are PNG files."""
    report.draw_sine(tmp_path / "sine.png", sine)
    report.draw_diagnosis(tmp_path / "diagnosis.png", diagnose(wrong_bias))
    for name in ("sine.png", "diagnosis.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
