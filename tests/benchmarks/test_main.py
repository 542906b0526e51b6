"""The command line: which questions and contenders a run has, and where its results go."""

import json
from importlib import import_module

import pytest

from benchmarks import __main__ as command
from benchmarks import fresh
from benchmarks.__main__ import QUESTIONS, arguments, main, options_from
from benchmarks.gate import Verdict
from benchmarks.results import row
from benchmarks.shapes import CallShape
from benchmarks.task import draw
from benchmarks.timing import Times
from rnn.console.files import Undelivered
from tests.benchmarks.test_refusals import only_installed
from tests.disk import full


def test_the_questions_with_a_picture_are_those_that_draw():
    """And the flags name questions that there are."""
    drawing = [name for name in QUESTIONS if hasattr(import_module(f"benchmarks.{name}"), "pictures")]
    assert list(command.PICTURES) == drawing
    assert set().union(*command.HEEDED.values()) <= set(QUESTIONS)
    assert list(command.progress.FULL) == list(command.progress.QUICK) == list(QUESTIONS)


def test_our_second_text_takes_part_where_there_is_a_first(monkeypatch):
    """Without the compiler NumPy's loops are the usual ones, and manual is that text."""
    only_installed(monkeypatch, "threadpoolctl", "numpy", "autograd", "numba")
    assert options_from(arguments([])).contenders[:2] == ("manual", "manual-numpy")
    assert options_from(arguments(["--quick"])).contenders[:2] == ("manual", "manual-numpy")


def answer(objection=""):
    """The rows of the floor, whose contender agrees or does not."""
    task, times = draw(CallShape(4, 1, 1, 2), "float64"), Times((0.001, 0.002))
    rows = [row("floor", task, "manual", 1, Verdict(0.0), times, times, {"checks": 0.1})]
    theirs = () if objection else (times, times)
    rows.append(row("floor", task, "floor", 1, Verdict(0.5, objection), *theirs))
    rows.append(row("floor", task, "manual-once", 1, Verdict(0.0), times, times))
    return rows


@pytest.fixture
def answered(monkeypatch):
    """The floor's question is answered beforehand, and nothing runs in another process."""
    monkeypatch.setattr("benchmarks.floor.rows", lambda options: answer())
    monkeypatch.setattr(fresh, "call", lambda *_, **__: [])


@pytest.mark.parametrize(("objection", "code"), [("", 0), ("W is off", 1)])
def test_results_reach_the_file_and_the_terminal(monkeypatch, capsys, tmp_path, answered, objection, code):
    """A run whose question is answered beforehand; a disagreement shows in the table and in the exit code."""
    monkeypatch.setattr("benchmarks.floor.rows", lambda options: answer(objection))
    path = tmp_path / "results.json"
    assert main(["--questions", "floor", "--quick", "--json", str(path)]) == code
    read = json.loads(path.read_text())
    assert list(read) == ["machine", "versions", "rows"]
    assert [entry["contender"] for entry in read["rows"]] == ["manual", "floor", "manual-once"]
    assert read["machine"]["blas"] == {"1": []}
    assert {"python", "numpy"} <= set(read["versions"])
    assert ("disagrees" in capsys.readouterr().out) == bool(objection)


def test_results_on_standard_output_are_all_that_is_there(capsys, answered):
    """The tables go to standard error."""
    assert main(["--questions", "floor", "--quick", "--json", "-"]) == 0
    shown = capsys.readouterr()
    assert len(json.loads(shown.out)["rows"]) == 3
    assert "How far the floor is" in shown.err


def test_a_question_that_fails_does_not_cost_the_others(monkeypatch, capsys, tmp_path, answered):
    """Its process ended without a result: one line says so, what the others came to is there, and it is 3."""

    def fails(options):
        raise fresh.Failed("benchmarks.growth.in_process ended with exit code 1")

    monkeypatch.setattr("benchmarks.growth.rows", fails)
    path = tmp_path / "results.json"
    assert main(["--questions", "growth,floor", "--quick", "--json", str(path), "--out", str(tmp_path)]) == 3
    assert len(json.loads(path.read_text())["rows"]) == 3
    assert (
        "python -m benchmarks: benchmarks.growth.in_process ended with exit code 1" in capsys.readouterr().err
    )


def test_a_picture_that_cannot_be_drawn_does_not_cost_the_results(monkeypatch, tmp_path, answered):
    """The disk is full when it comes to it."""
    monkeypatch.setattr("benchmarks.growth.rows", lambda options: [])
    monkeypatch.setattr("benchmarks.growth.report", lambda rows: "")
    monkeypatch.setattr("benchmarks.growth.pictures", full)
    path = tmp_path / "results.json"
    with pytest.raises(Undelivered, match=r"growth\.png: No space left on device"):
        main(["--questions", "floor,growth", "--quick", "--json", str(path), "--out", str(tmp_path)])
    assert len(json.loads(path.read_text())["rows"]) == 3
