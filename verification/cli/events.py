"""Events of a run, one line of JSON each, as they happen: for a program that waits for a verdict."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from rnn.console.files import refuse_unwritable
from rnn.console.places import STANDARD_OUTPUT, Places, same_place

# Takes one event.
Tell: TypeAlias = Callable[[Mapping[str, Any]], None]


def check_events(path: Path, places: Places) -> None:
    """OSError or ValueError, in words for who chose the place, if it will not do."""
    taken = [] if places.json is None else [places.json]
    taken += [] if places.folder is None else [places.folder / name for name in places.names]
    if any(path == each or (path != STANDARD_OUTPUT and same_place(path, each)) for each in taken):
        raise ValueError(f"--events: {path}: another result goes there, needed another place")
    if path != STANDARD_OUTPUT:
        refuse_unwritable(path)


@contextmanager
def telling(path: Path | None) -> Iterator[Tell]:
    """What writes an event there, at once; nothing where there is no place, or nobody reads any more."""
    if path is None:
        yield lambda event: None
    elif path == STANDARD_OUTPUT:
        yield _Lines(_on_standard_output)
    else:
        # Nothing is left to be written when it is closed.
        with path.open("wb", buffering=0) as file:
            yield _Lines(lambda line: file.write(line.encode()))


def _on_standard_output(line: str) -> None:
    print(line, end="", file=sys.__stdout__, flush=True)


class _Lines:
    """Writes lines as long as that is possible: a run does not end with who listens to it."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write, self._listens = write, True

    def __call__(self, event: Mapping[str, Any]) -> None:
        if self._listens:
            try:
                self._write(json.dumps(event) + "\n")
            except OSError:
                self._listens = False
