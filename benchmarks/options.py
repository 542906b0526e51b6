"""The options of a run, checked once, in a form that can be sent to a fresh process."""

from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks import timing
from benchmarks.progress import RunPart
from benchmarks.shapes import BY_NAME, OF_CELL, QUICK_OF_CELL, CallShape
from benchmarks.timing import Effort


@dataclass(frozen=True)
class Options:
    """Names of contenders, cells and shapes, numbers of threads, and whether the run has to end soon.

    Without ``shapes`` each cell has its own. ``stretch``: what of the whole run those that are handed this
    are about to do.
    """

    contenders: tuple[str, ...]
    cells: tuple[str, ...]
    shapes: tuple[str, ...]
    threads: tuple[int, ...]
    quick: bool = False
    stretch: RunPart = field(default_factory=RunPart.whole)

    def sizes(self, cell: str) -> tuple[CallShape, ...]:
        """The shapes that a cell is timed at."""
        usual = QUICK_OF_CELL if self.quick else OF_CELL
        return tuple(BY_NAME[name] for name in self.shapes) or usual[cell]

    @property
    def effort(self) -> Effort:
        return timing.QUICK if self.quick else timing.THOROUGH

    @property
    def described(self) -> str:
        """The effort, as a reader of the figures has to know it."""
        if self.quick:
            return f"quick: small sizes, full gradients, {_rounds(timing.QUICK)}; not to be quoted"
        return f"in full, {_rounds(timing.THOROUGH)}"

    def only(self, *wanted: str) -> tuple[str, ...]:
        """Those of the ``wanted`` contenders that take part."""
        return tuple(name for name in wanted if name in self.contenders)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "Options":
        listed = ("contenders", "cells", "shapes", "threads")
        tuples = {key: tuple(entry[key]) for key in listed}
        return cls(**tuples, quick=entry["quick"], stretch=RunPart(**entry["stretch"]))


def _rounds(effort: Effort) -> str:
    return f"{effort.least} to {effort.rounds} rounds a row"
