"""A task measured: the gate stands before the clock."""

import pytest

from benchmarks.contenders import Ready, manual
from benchmarks.measure import compete, measure
from benchmarks.shapes import CallShape
from benchmarks.task import CELLS, draw
from benchmarks.timing import Effort

TASK = draw(CallShape(4, 2, 1, 3), "float64")
ONCE = Effort(rounds=2, least=1, block=0, budget=0)


def wrong(task):
    """Right but for W, whose gradient is doubled."""
    right = manual.prepare(task)

    def gradients(result):
        found = right.gradients(result)
        return {**found, "W": 2 * found["W"]}

    return Ready(right.run, gradients)


def rows(**others):
    """The rows of manual and some contenders, by name."""
    found = compete("a question", TASK, {"manual": manual.prepare, **others}, 1, ONCE, data="healthy")
    return {row.contender: row for row in found}


def test_a_wrong_contender_gets_no_time():
    """Its row says what is wrong, and has neither milliseconds nor a ratio; the others keep theirs."""
    found = rows(wrong=wrong, right=manual.prepare)
    assert found["wrong"].milliseconds is None
    assert found["wrong"].ratio is None
    assert found["wrong"].objection.startswith("W is off by")
    assert found["wrong"].agreement == pytest.approx(1)
    assert found["right"].milliseconds > 0
    assert found["right"].agreement == 0


def test_a_wrong_contender_is_never_run_by_the_clock():
    """After its one run for the gate, no more."""
    runs = []

    def prepare(task):
        right = wrong(task)
        return Ready(lambda: runs.append(None) or right.run(), right.gradients)

    rows(wrong=prepare)
    assert len(runs) == 1


def test_a_contender_that_cannot_do_the_task_is_absent():
    """None instead of a prepared call leaves no row."""
    assert list(rows(unable=lambda task: None)) == ["manual"]


def test_manual_is_the_measure():
    """Its ratio is 1 and its agreement 0, by definition, and what was said of the data is in the row."""
    row = rows()["manual"]
    assert (row.ratio, row.agreement, row.objection) == (1, 0, "")
    assert row.more["data"] == "healthy"


@pytest.mark.parametrize("cell", CELLS)
def test_which_loops_ran_is_in_the_row(cell):
    """Of ours alone, in both texts."""
    task = draw(CallShape(4, 2, 1, 3), "float64", cell=cell)
    found = {
        each.contender: each for each in measure("a question", task, ["manual-numpy", "autograd"], 1, ONCE)
    }
    assert found["manual"].more["loops"] == repr(task.net.loops)
    assert found["manual-numpy"].more["loops"] == "NumPyLoops()"
    assert "loops" not in found["autograd"].more


def test_gradients_in_a_reused_buffer_are_compared_as_they_were():
    """A contender may answer in arrays that its next call overwrites: the floor does."""

    def prepare(task):
        right = manual.prepare(task)
        result = right.gradients(right.run())
        buffer = {name: block.copy() for name, block in result.items()}

        def run():
            for name, block in right.gradients(right.run()).items():
                buffer[name][...] = block
            return buffer

        return Ready(run, lambda found: found)

    assert rows(buffered=prepare)["buffered"].objection == ""
