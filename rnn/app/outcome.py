"""What a command comes to, and how it is written: JSON without NaN, CSV without formulas, text in lines."""

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
    """What is said, the result as JSON values, and the files by their names."""

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
    """JSON values with null for what is not known, or too large for a number, as JSON has no NaN and no ∞."""
    if isinstance(value, Mapping):
        return {name: finite(each) for name, each in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def save_csv(columns: Mapping[str, Sequence[Any]], path: Path) -> None:
    """Columns whose names and texts are this program's own: no cell begins what a spreadsheet computes."""
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
