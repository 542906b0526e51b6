"""The questions: what each compares with what, and how it prints the answer. None is timed here."""

import doctest
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from benchmarks import against_autodiff, floor, growth, memory, tables, truncation
from benchmarks.__main__ import QUESTIONS
from benchmarks.gate import Verdict, compare
from benchmarks.options import Options
from benchmarks.results import Timing, row
from benchmarks.shapes import CallShape
from benchmarks.task import draw
from benchmarks.timing import Effort, Times
from rnn import Chunked, Window

OURS, THEIRS = Times((0.001, 0.002, 0.001)), Times((0.002, 0.006, 0.010))
TASK = draw(CallShape(5, 2, 1, 3), "float32")


def pair(name, contender, **more):
    """A row of ours and one of theirs, three times as slow."""
    ours = row(name, TASK, "manual", 1, Verdict(0.0), OURS, OURS, {"checks": 0.04, **more})
    return [ours, row(name, TASK, contender, 1, Verdict(1e-7), THEIRS, OURS, more)]


@pytest.mark.parametrize("module", ["fit", "results", "segments", "tables"])
def test_examples_in_docstrings(module):
    """They run, and give what they say."""
    result = doctest.testmod(import_module(f"benchmarks.{module}"))
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_an_answer(name):
    """Each has its name, its rows and its report."""
    question = import_module(f"benchmarks.{name}")
    assert name == question.NAME
    assert callable(question.rows)
    assert callable(question.report)
    assert question.__doc__.partition("\n")[0].endswith("?")


def test_the_rows_of_the_cells_that_are_asked_for():
    """Each cell's own tasks, by every contender but the floor, in one table that keeps the cells apart."""
    once = Effort(rounds=1, least=1, block=0, budget=0)
    options = Options(("manual", "manual-numpy", "floor"), ("lstm", "gru"), ("50x1x1x16",), (1,), quick=True)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("benchmarks.timing.QUICK", once)
        entries = against_autodiff.in_process(options.to_json(), 1)
    found = [Timing.from_json(entry) for entry in entries]
    assert [row.cell for row in found] == ["lstm"] * 4 + ["gru"] * 4
    assert {row.objection for row in found} == {""}
    assert {row.more["loops"] for row in found if row.contender == "manual-numpy"} == {"NumPyLoops()"}
    lines = against_autodiff.report(found).splitlines()
    assert sum(line.startswith("lstm ") for line in lines) == 2
    assert sum(line.startswith("gru ") for line in lines) == 2


@pytest.mark.parametrize(
    ("kind", "other"), [(Chunked, truncation.in_sequence), (Window, truncation.loop_over_losses)]
)
def test_the_recursions_agree(monkeypatch, kind, other):
    """Abreast as in the engine, in sequence, loss by loss: the same da and dh0, with a ragged chunk too."""
    monkeypatch.setattr(truncation, "CHUNK", Chunked(3))
    monkeypatch.setattr(truncation, "WINDOW", Window(3))
    task = draw(CallShape(8, 2, 2, 4), "float64", "every", kind(3))
    ours, theirs = truncation.abreast(task), truncation._by_hand(other)(task)
    want, got = ours.gradients(ours.run()), theirs.gradients(theirs.run())
    assert np.any(want["da"])
    assert np.any(want["h0"])
    assert compare(got, want, task.shape).objection == ""


def peer(ratio, contender="torch", cell="gru"):
    """A row of a library that takes so many times our time."""
    theirs = Times(tuple(ratio * each for each in OURS.seconds))
    task = draw(TASK.shape, "float32", cell=cell)
    return row("against_autodiff", task, contender, 1, Verdict(0.0), theirs, OURS)


def test_what_is_behind_is_listed():
    """The peers' rows below 1.1, the worst first, each with its ratio; our own second text is no peer."""
    rows = [
        *pair("against_autodiff", "autograd"),
        *(peer(1.09), peer(1.11), peer(0.5, "jax", "lstm"), peer(0.4, "manual-numpy")),
        row("against_autodiff", TASK, "jax", 1, Verdict(0.5, "W is off by 0.5")),
    ]
    given = tables.behind(rows).splitlines()
    assert given[0] == "A peer takes less than 1.1 times our time in 2 of 4 timings"
    assert [line.split()[0] for line in given[3:]] == ["lstm", "gru"]
    assert ["jax" in given[3], "0.500" in given[3], "torch" in given[4], "1.09" in given[4]] == [True] * 4
    assert len(given) == 5


def test_the_floor_is_reported_as_ours_over_it():
    """A floor of three times our time, which there cannot be, would be a third; a call of its own is 3."""
    rows = [*pair("floor", "floor"), pair("floor", "manual-once")[1]]
    given = ["0.333", "(0.154–0.400)", "3.00", "(2.50–6.50)"]
    assert floor.report(rows).splitlines()[-1].split()[-5:] == [*given, "—"]
    rows.append(pair("floor", "manual-numpy")[1])
    assert floor.report(rows).splitlines()[-1].split()[-6:] == [*given, *given[2:]]


def test_growth_is_reported_by_its_exponent():
    """Four points of a square."""
    rows = []
    for value in (1, 2, 4, 8):
        times = Times((0.001 * value**2,))
        more = {"axis": "H", "value": value}
        rows.append(row("growth", TASK, "manual", 1, Verdict(0.0), times, times, more))
    assert growth.report(rows).splitlines()[-1].split() == ["H", "manual", "1–8", "1.00", "64.0", "2.00"]


def test_what_recomputation_leaves():
    """Of 9 MiB 3 are left, and 2 of 8 beyond the result; nothing is said where one peak is not known."""
    task = draw(CallShape(5, 1, 1, 2), "float32")
    kept, recomputed = (
        row("memory", task, name, 1, Verdict(0.0), more={"bytes": size * 2**20, "result_bytes": 2**20})
        for name, size in (("manual", 9), (memory.RECOMPUTING, 3))
    )
    assert [line[1] for line in memory.left([kept, recomputed], [5])] == ["33.3%", "25.0%"]
    assert [line[1] for line in memory.left([kept], [5])] == ["—", "—"]


@pytest.mark.slow
def test_peaks_are_seen_and_a_recomputing_backward_needs_less(monkeypatch):
    """Of one gradient's own memory: more than its states, less than ten times as much; or a third at most.

    At a length at which √T is small beside T.
    """
    monkeypatch.setattr(memory, "SIZES", CallShape(0, 8, 8, 64))
    kept, recomputed = (
        memory.in_process(name, steps=1000)["bytes"] for name in ("manual", memory.RECOMPUTING)
    )
    if None in (kept, recomputed):
        pytest.skip("the system keeps no such figure")
    states = 1000 * memory.SIZES.N * memory.SIZES.H * 4
    assert states < kept < 10 * states
    assert recomputed < kept / 3


def test_pictures_are_drawn(tmp_path: Path):
    """One for each question that has one."""
    pytest.importorskip("matplotlib")
    more = [{"axis": "T", "value": value} for value in (1, 2, 4)]
    grown = [row("growth", TASK, "manual", 1, Verdict(0.0), OURS, OURS, each) for each in more]
    against_autodiff.pictures(pair("against_autodiff", "torch"), tmp_path)
    growth.pictures(grown, tmp_path)
    known = [
        row(
            *("memory", draw(CallShape(steps, 1, 1, 2), "float32"), "manual", 1, Verdict(0.0)),
            more={"part": "peak", "bytes": size, "result_bytes": 2**19},
        )
        for steps, size in ((125, 2**20), (250, 2**21))
    ]
    memory.pictures([*known, *known], tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["growth.png", "memory.png", "ratios.png"]
