"""What a run and a training look like: table, JSON and pictures."""

import json
import os
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from verification.diagnosis import diagnose
from verification.exercise import CONTRACT
from verification.properties import Finding, Property
from verification.strategies import POLICIES
from verification.suite import Example, Profile, Row, verify

from rnn import Full, Window
from rnn.training import History
from verification import report
from verification.engine import manual
from verification.outcome import Report
from verification.problem import Problem
from verification.sine import PUBLISHED_RMSE, Recipe, Sine

PNG = b"\x89PNG\r\n\x1a\n"


def a_problem(T=1):
    """A problem of ones."""
    shapes = {"U": (1, 1), "W": (1, 1), "b": (1,), "V": (1, 1), "c": (1,)}
    params = {name: np.ones(shape) for name, shape in shapes.items()}
    return Problem("identity", params, np.ones((1, T, 1)), np.ones((1, 1)), np.ones((1, 1)))


def rows_of(name, **of_policies):
    """A row for each kind of truncation; one that is not told of holds in 20 cases, 15 of them not zero."""
    ordinary = {"cases": 20, "nonzero": 15}
    return tuple(Row(name, policy, **of_policies.get(policy, ordinary)) for policy in POLICIES)


def a_verification(*rows, seen=1000):
    """A run's outcome of these rows, in which every entry of the contract was seen so often."""
    nothing = Property("nothing", ("nothing",), "", lambda trial: iter([Finding("nothing", None)]))
    template = verify(manual, Profile("few", cases=1, exact_cases=0), seed=7, properties=[nothing])
    return replace(template, rows=rows, seen={entry.name: seen for entry in CONTRACT}, live=1234)


WRONG = Example(a_problem(3), "W[0, 0]: got 2, want 1")
SMALLER = Example(a_problem(2), "b[0]: got 3, want 1", smallest=True)

VERIFIED = a_verification(*rows_of("lags W"), *rows_of("lags b"))
IDLE = a_verification(*rows_of("lags W", Tail={"cases": 20, "nonzero": 0}), *rows_of("lags b"))
REFUTED = a_verification(
    *rows_of("lags W", Full={"cases": 20, "nonzero": 20, "failures": 5, "example": WRONG}),
    *rows_of("lags b", Window={"cases": 20, "nonzero": 20, "failures": 7, "example": SMALLER}),
)


def a_sine(epochs=2, truncation=Full(), rmse=0.25):
    """Figures as if of a training."""
    wave = np.sin(np.arange(150.0, 200.0))
    ahead = np.sin(np.arange(199.0, 499.0))
    losses = tuple(1.0 / (1 + epoch) for epoch in range(epochs + 1))
    return Sine(
        recipe=Recipe(epochs, truncation),
        history=History(losses, losses),
        validation_rmse=rmse,
        free_run_rmse=0.375,
        baselines={"predict zero": 0.7, "repeat the last value": 0.68},
        validation=(wave, wave + 0.01),
        free=(ahead, ahead + 1e-3 * np.arange(1, 301)),
    )


def lines_of(table):
    """The table's lines, by the name that each begins with."""
    return {line[:18].strip(): line[18:] for line in table.splitlines()}


def test_the_table_has_a_line_for_each_row_and_a_column_for_each_truncation():
    """The cells are the cases and the share that was not zero, in the order of the head."""
    lines = lines_of(report.table(VERIFIED))
    assert lines[""].split() == list(POLICIES)
    for name in ("lags W", "lags b"):
        assert lines[name].split("   ")[-1].strip() == "20 · 75%"
        assert lines[name].count("20 · 75%") == len(POLICIES)


def test_the_table_shouts_what_is_refuted():
    """In the cell of its truncation alone, with the failures among the cases."""
    lines = lines_of(report.table(REFUTED))
    assert "REFUTED 5/20" in lines["lags W"]
    assert "REFUTED 7/20" in lines["lags b"]
    assert report.table(REFUTED).count("REFUTED") == 2
    head = lines[""]
    assert lines["lags b"].index("7/20") <= head.index("Window") + len("Window")
    assert lines["lags b"].index("7/20") > head.index("Full") + len("Full")


def test_the_table_says_what_was_not_exercised():
    """Zeros alone are not shown as agreement."""
    lines = lines_of(report.table(IDLE))
    assert lines["lags W"].count("not exercised") == 1
    assert lines["lags W"].rstrip().endswith("not exercised")
    assert "not exercised" not in lines["lags b"]


def test_a_name_that_is_long_stays_a_name():
    """Every row of every property keeps its own line, whatever its length."""
    long_ = "a row whose name is longer than its column"
    assert long_ in report.table(a_verification(*rows_of(long_)))


def test_the_failure_is_the_smallest_example():
    """Of all refuted rows the one whose example was shrunk, and is small; as a program that runs."""
    told = report.failure(REFUTED)
    first, _, program = told.partition("\n\n")
    assert "lags b" in first
    assert "Window" in first
    assert program == SMALLER.code()
    namespace = {}
    exec(program, namespace)
    assert namespace["problem"].steps == 2


def test_what_was_not_exercised_is_named():
    """The row with its truncation, and each entry of the contract that was not met."""
    assert "lags W under Tail" in report.failure(IDLE)
    assert "lags b" not in report.failure(IDLE)
    unseen = replace(VERIFIED, seen={**VERIFIED.seen, "T = 1": 0})
    assert "T = 1" in report.failure(unseen)
    assert "lags" not in report.failure(unseen)
    declined = replace(VERIFIED, declined={"numbers that are Fractions": 200})
    assert "200 cases declined: numbers that are Fractions" in report.failure(declined)
    assert report.as_json(Report(declined))["declined"] == {"numbers that are Fractions": 200}


def test_the_exercise_is_counted():
    """Every entry of the contract with its count, the live cases, and what is missing."""
    told = " ".join(report.exercise(VERIFIED).split())
    assert "1234 live cases" in told
    assert all(f"{entry.name}: 1000" in told for entry in CONTRACT)
    assert "Not seen" not in told
    short = report.exercise(replace(VERIFIED, seen={**VERIFIED.seen, "T = 1": 0}))
    assert short.splitlines()[-1].endswith(": T = 1")


def test_the_json_of_a_verified_run():
    """Verdict, profile, seed, counts, every row with its own, both trainings, and what it ran on."""
    told = report.as_json(Report(VERIFIED, a_sine(25, Window(5), 0.5), a_sine()))
    assert told["verdict"] == "verified"
    assert (told["profile"], told["seed"], told["cases"], told["live"]) == ("few", 7, 1, 1234)
    assert told["seconds"] == pytest.approx(VERIFIED.seconds, abs=1e-3)
    assert told["exercise"]["seen"]["T = 1"] == 1000
    assert not told["exercise"]["missing"]
    assert len(told["properties"]) == 2 * len(POLICIES)
    row = {"name": "lags W", "truncation": "Full", "cases": 20, "nonzero": 15, "failures": 0}
    assert row.items() <= told["properties"][0].items()
    assert told["properties"][0]["verdict"] == "holds"
    assert told["properties"][0]["example"] is None
    budget, sine = told["sine_in_the_articles_budget"], told["sine"]
    assert (budget["epochs"], budget["truncation"], budget["validation_rmse"]) == (25, "Window(k=5)", 0.5)
    assert (sine["epochs"], sine["free_run_rmse"], sine["free_run_steps"]) == (2, 0.375, 300)
    assert sine["baselines"]["published"] == PUBLISHED_RMSE
    assert sine["baselines"]["predict zero"] == 0.7
    assert list(sine["losses"]["train"]) == [1.0, 0.5, pytest.approx(1 / 3)]
    assert told["versions"]["numpy"] == np.__version__
    assert {"python", "platform", "autograd", "hypothesis"} <= set(told["versions"])


def test_the_json_of_a_refuted_run():
    """The example is in its row as a program; there is no training."""
    told = report.as_json(Report(REFUTED))
    assert told["verdict"] == "refuted"
    assert told["sine"] is None
    assert told["sine_in_the_articles_budget"] is None
    refuted = [row for row in told["properties"] if row["verdict"] == "refuted"]
    assert [(row["name"], row["truncation"], row["failures"]) for row in refuted] == [
        ("lags W", "Full", 5),
        ("lags b", "Window", 7),
    ]
    assert [row["example"] for row in refuted] == [WRONG.code(), SMALLER.code()]


def test_the_json_is_standard():
    """Read back it is the same, tuples as lists, without NaN."""

    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    told = report.as_json(Report(REFUTED, None, a_sine()))
    text = json.dumps(told)
    assert json.dumps(json.loads(text, parse_constant=refuse)) == text


def test_the_sine_table_sets_figures_beside_the_baselines():
    """Both trainings, the published figure, every baseline and the free run."""
    table = report.sine_table(a_sine(25, Window(5), 0.5), a_sine())
    figures = {line[:45].strip(): float(line[45:]) for line in table.splitlines()[1:]}
    assert figures["this network, 25 epochs, Window(k=5)"] == 0.5
    assert figures["this network, 2 epochs, Full()"] == 0.25
    assert figures["the article, as published"] == pytest.approx(PUBLISHED_RMSE, rel=1e-2)
    assert figures["predict zero"] == 0.7
    assert figures["repeat the last value"] == 0.68
    assert figures["free run, 300 steps on its own predictions"] == 0.375


def test_the_sine_is_drawn(tmp_path):
    """A PNG, whole, of some size, and no other file."""
    path = tmp_path / "sine.png"
    report.draw_sine(path, a_sine())
    content = path.read_bytes()
    assert content.startswith(PNG)
    assert b"IEND" in content[-12:]
    width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
    assert min(width, height) > 500
    assert os.listdir(tmp_path) == ["sine.png"]


def written(path, draw, *arguments):
    """What stands in a picture, drawn as SVG with its letters kept as text."""
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        draw(path, *arguments)
    return path.read_text("utf-8")


def test_the_sine_says_whose_it_is_and_its_sizes(tmp_path):
    """Title and legend: the network's own predictions are ours, at the article's T, N, D and H."""
    text = written(tmp_path / "sine.svg", report.draw_sine, a_sine())
    assert "learnt by verified-rnn: T 50, N 100, D 1, H 100, K 1, 2 epochs, Full()" in text
    assert "our prediction" in text


def test_a_diagnosis_says_of_what_size_the_problem_is(tmp_path):
    """Its T, N, D, H, K, type and truncation stand below what it says."""
    found = diagnose(lambda problem: doubled(problem, "xs"))
    text = written(tmp_path / "diagnosis.svg", report.draw_diagnosis, found)
    steps, units = found.problem.steps, len(found.problem.params["b"])
    assert "The engine under test, on T " in text
    assert f"on T {steps}, " in text
    assert f", H {units}, " in text
    assert str(found.problem.truncation) in text


def test_a_picture_replaces_the_old_one(tmp_path):
    """Drawn twice, the second is there."""
    path = tmp_path / "sine.png"
    path.write_bytes(b"old")
    report.draw_sine(path, a_sine())
    assert path.read_bytes().startswith(PNG)


def test_a_diagnosis_is_drawn(tmp_path):
    """A PNG with a map for each wrong block, one or several."""
    for name in ("b", "xs"):
        found = diagnose(lambda problem, name=name: doubled(problem, name))
        assert name in found.blocks
        report.draw_diagnosis(tmp_path / f"{name}.png", found)
        assert (tmp_path / f"{name}.png").read_bytes().startswith(PNG)


def doubled(problem, name):
    """An engine one block of whose gradient is twice what it should be."""
    answer = manual(problem)
    return replace(answer, **{name: 2 * answer.blocks()[name]})


def test_versions_are_of_what_is_installed():
    """Every value is a version that a reader can install, or the platform's name."""
    versions = report.versions()
    assert all(isinstance(version, str) and version for version in versions.values())
    assert versions["numpy"] == np.__version__
