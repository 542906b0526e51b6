"""How does the cost grow with T, k, N and H?

One number varies at a time, and each curve has its exponent (``benchmarks.fit``).
"""

from pathlib import Path
from typing import Any

from benchmarks import fresh
from benchmarks.curves import curves
from benchmarks.fit import exponent
from benchmarks.measure import in_words, measure
from benchmarks.options import Options
from benchmarks.results import Timing
from benchmarks.shapes import CallShape
from benchmarks.tables import significant, table
from benchmarks.task import Task, draw
from rnn import Window

NAME = "growth"
AXES = ("T", "k", "N", "H")

# The points of each axis, the last ones only where there is time; what does not vary is in ``_task``.
POINTS = {
    "T": (16, 32, 64, 128, 256, 512, 1024, 2048, 4096),
    "k": (1, 2, 4, 8, 16, 32, 64, 128, 256),
    "N": (1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
    "H": (16, 32, 64, 128, 256, 512, 1024),
}
QUICK_POINTS = {"T": POINTS["T"][:5], "k": POINTS["k"][:5], "N": POINTS["N"][:6], "H": POINTS["H"][:5]}


def _task(axis: str, value: int, quick: bool) -> Task:
    match axis:
        case "T":
            return draw(CallShape(value, 1, 8, 64), "float32", "last")
        case "k":
            return draw(CallShape(50 if quick else 1000, 1, 8, 64), "float32", "every", Window(value))
        case "N":
            return draw(CallShape(50, value, 1, 100), "float32", "last")
    return draw(CallShape(50, 20, 8, value), "float32", "last")


def rows(options: Options) -> list[Timing]:
    """With one thread alone: how threads are put to use grows in steps of its own."""
    entries = fresh.call(f"{NAME}.in_process", 1, options=options.to_json())
    return [Timing.from_json(entry) for entry in entries]


def in_process(options: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of every axis."""
    chosen = Options.from_json(options)
    names = chosen.only("manual", "autograd", *(() if chosen.quick else ("torch", "jax")))
    points = QUICK_POINTS if chosen.quick else POINTS
    plan = [(axis, value) for axis in AXES for value in points[axis]]
    found = []
    for number, (axis, value) in enumerate(plan):
        task = _task(axis, value, chosen.quick)
        chosen.stretch.show(number, len(plan), f"{NAME}, {in_words(task, 1)}")
        found += measure(NAME, task, names, 1, chosen.effort, axis=axis, value=value)
    return [row.to_json() for row in found]


def report(found: list[Timing]) -> str:
    """The exponents, and the milliseconds at both ends."""
    lines = []
    for curve in curves(found):
        ends = [f"{curve.points[0]:.0f}–{curve.points[-1]:.0f}"]
        ends += [significant(curve.milliseconds[0]), significant(curve.milliseconds[-1])]
        lines.append(
            [curve.axis, curve.contender, *ends, f"{exponent(curve.points, curve.milliseconds):.2f}"]
        )
    head = ["axis", "contender", "from–to", "ms first", "ms last", "exponent"]
    return f"How the cost grows (the exponent of the upper half of the points)\n\n{table(head, lines)}"


def pictures(found: list[Timing], folder: Path) -> None:
    """growth.png."""
    from benchmarks import charts

    charts.growth(list(curves(found)), folder / "growth.png")
