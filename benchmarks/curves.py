"""The curves of growth: what each contender takes at the points of an axis."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.results import Timing
from benchmarks.tables import grouped


@dataclass(frozen=True)
class TimeCurve:
    """One contender's milliseconds at the points of an axis; ``held`` says what does not vary."""

    axis: str
    contender: str
    points: tuple[float, ...]
    milliseconds: tuple[float, ...]
    held: str


def curves(found: list[Timing]) -> Iterator[TimeCurve]:
    """A curve for what was timed at three points and more."""
    for (axis, contender), group in grouped(found, lambda row: (row.more["axis"], row.contender)).items():
        timed = [row for row in group if row.milliseconds is not None]
        if len(timed) >= 3:
            points = tuple(float(row.more["value"]) for row in timed)
            costs = tuple(row.milliseconds or 0.0 for row in timed)
            yield TimeCurve(axis, contender, points, costs, _held(axis, timed[0]))


def _held(axis: str, row: Timing) -> str:
    """What the rows of an axis have in common."""
    sizes = [f"{name} {getattr(row, name)}" for name in "TNDH" if name != axis]
    losses = f"loss on {'the last' if row.loss == 'last' else 'every'} step"
    return ", ".join([*sizes, *(["Window(k)"] if axis == "k" else []), losses])
