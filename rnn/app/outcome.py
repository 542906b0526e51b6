"""The result of a command, and how it is written: JSON without NaN, CSV without formulas, text in lines."""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from rnn.common.checks import printable
from rnn.console.files import Save, write_text
from rnn.console.places import STANDARD_OUTPUT, Places


@dataclass(frozen=True, eq=False)
class Outcome:
    """The output, the result as JSON values, and files by name."""

    said: str
    result: Mapping[str, Any]
    files: Mapping[str, Save] = field(default_factory=dict)


Command: TypeAlias = Callable[[argparse.Namespace, Places], Outcome]


def save_json(result: Mapping[str, Any], path: Path) -> None:
    shown = json.dumps(finite(result), indent=1)
    if path == STANDARD_OUTPUT:
        print(shown)
    else:
        write_text(path, shown + "\n")


def finite(value: Any) -> Any:
    """JSON values with null for unknown numbers and for those that no float holds, because JSON has no NaN
    and no ∞.
    """
    if isinstance(value, Mapping):
        return {name: finite(each) for name, each in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def save_csv(columns: Mapping[str, Sequence[Any]], path: Path) -> None:
    """Writes columns whose names and texts come from this program: no cell starts a spreadsheet formula."""
    rows = zip(*columns.values(), strict=True)
    cells = [
        "" if isinstance(cell, float) and not np.isfinite(cell) else str(cell) for row in rows for cell in row
    ]
    width = len(columns)
    lines = [",".join(cells[start : start + width]) for start in range(0, len(cells), width)]
    write_text(path, "\n".join([",".join(columns), *lines, ""]))


def in_lines(text: str) -> str:
    """A text in lines of characters that can be printed."""
    return "\n".join(map(printable, text.split("\n")))
