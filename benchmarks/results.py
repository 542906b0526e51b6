"""Results: one row for each contender and task, and the file that they go into.

A row has the same fields whatever question it belongs to; what only one question measures is in ``more`` and
becomes further keys beside them. A row whose gradients disagree has neither time nor ratio.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks.gate import Verdict
from benchmarks.task import Task
from benchmarks.timing import Quartiles, Times
from rnn import Chunked, Full, Truncation


@dataclass(frozen=True)
class Timing:
    """``milliseconds`` a gradient, their ``ratio`` to manual's, and the ``agreement`` with manual's gradient.

    ``agreement`` is the largest error of any block, relative to the block's largest entry; ``objection`` says
    why the gate refused, or is empty. ``spread`` and ``ratio_spread`` are quartiles.
    """

    question: str
    cell: str
    T: int
    N: int
    D: int
    H: int
    dtype: str
    threads: int
    truncation: str
    loss: str
    contender: str
    milliseconds: float | None = None
    ratio: float | None = None
    agreement: float | None = None
    objection: str = ""
    spread: tuple[float, float] | None = None
    ratio_spread: tuple[float, float] | None = None
    rounds: int = 0
    more: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """One flat object."""
        own = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "more"}
        return {**own, **self.more}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "Timing":
        """The inverse of ``to_json``."""
        names = {each.name for each in fields(cls)} - {"more"}
        more = {key: value for key, value in entry.items() if key not in names}
        return cls(**{key: value for key, value in entry.items() if key in names}, more=more)


def row(
    question: str,
    task: Task,
    contender: str,
    threads: int,
    verdict: Verdict,
    times: Times | None = None,
    manual: Times | None = None,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> Timing:
    """The row of one contender on one task; without ``times`` none are shown."""
    shape = task.shape
    made = Timing(
        *(question, task.cell, shape.T, shape.N, shape.D, shape.H, task.xs.dtype.name, threads),
        *(spell(task.truncation), task.loss, contender),
        agreement=verdict.agreement,
        objection=verdict.objection,
        more=more,
    )
    if times is None:
        return made
    return timed(made, times, manual)


def timed(made: Timing, times: Times, manual: Times | None) -> Timing:
    """The row with its times, and their ratio to manual's where manual was timed in the same rounds."""
    milliseconds = times.milliseconds
    ratio = times.over(manual) if manual is not None else None
    kept = {name: value for name, value in made.to_json().items() if name not in made.more}
    kept |= {
        "milliseconds": milliseconds.median,
        "spread": _quartiles(milliseconds),
        "ratio": ratio and ratio.median,
        "ratio_spread": ratio and _quartiles(ratio),
        "rounds": len(times.seconds),
    }
    return Timing(**kept, more={**made.more, "processors": times.processors})


def _quartiles(spread: Quartiles) -> tuple[float, float]:
    return spread.lower, spread.upper


def spell(truncation: Truncation) -> str:
    """A truncation as one writes it: Full(), Window(5), Chunked(50).

    >>> spell(Chunked(50)), spell(Chunked(50, 20))
    ('Chunked(50)', 'Chunked(50, 20)')
    """
    match truncation:
        case Full():
            return "Full()"
        case Chunked(k, None):
            return f"Chunked({k})"
    return f"{type(truncation).__name__}({', '.join(map(str, vars(truncation).values()))})"


def document(machine: Mapping[str, Any], versions: Mapping[str, str], rows: Iterable[Timing]) -> str:
    """The results as JSON text."""
    entries = ",\n    ".join(json.dumps(row.to_json(), allow_nan=False) for row in rows)
    head = json.dumps({"machine": machine, "versions": versions}, indent=2, allow_nan=False)
    return f'{head.removesuffix("}").rstrip()},\n  "rows": [\n    {entries}\n  ]\n}}\n'


def read(path: Path) -> list[Timing]:
    """The rows of a file of results. Raises OSError where it cannot be read, ValueError where it is none."""
    try:
        return [Timing.from_json(entry) for entry in json.loads(path.read_text("utf-8"))["rows"]]
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError("not a file of results") from problem
