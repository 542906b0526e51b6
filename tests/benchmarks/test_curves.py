"""Curves: what was timed at three points and more, an axis and a contender each."""

from benchmarks.curves import curves
from benchmarks.gate import Verdict
from benchmarks.results import row
from benchmarks.shapes import CallShape
from benchmarks.task import draw
from benchmarks.timing import Times
from rnn import Window


def timed(name, axis, value, seconds, truncation=None):
    """A row of an axis; without seconds it shows no time."""
    task = draw(CallShape(5, 1, 2, 3), "float32", "last", *([] if truncation is None else [truncation]))
    times = None if seconds is None else Times((seconds,))
    return row("growth", task, name, 1, Verdict(0.0), times, times, {"axis": axis, "value": value})


def test_a_curve_has_what_was_timed():
    """Of each axis and contender; a point without a time is none of it."""
    rows = [timed("manual", "H", value, value / 1000) for value in (1, 2, 4)]
    rows.insert(1, timed("manual", "H", 9, None))
    rows += [timed("jax", "k", value, 0.002, Window(value)) for value in (1, 2, 3)]
    first, second = curves(rows)
    assert (first.axis, first.contender, first.points) == ("H", "manual", (1.0, 2.0, 4.0))
    assert first.milliseconds == (1.0, 2.0, 4.0)
    assert first.held == "T 5, N 1, D 2, loss on the last step"
    assert (second.axis, second.contender) == ("k", "jax")
    assert second.held == "T 5, N 1, D 2, H 3, Window(k), loss on the last step"


def test_two_points_are_no_curve():
    """A third one without a time does not make one of them."""
    rows = [timed("manual", "H", value, None if value == 4 else 0.001) for value in (1, 2, 4)]
    assert list(curves(rows)) == []
