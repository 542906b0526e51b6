"""What is refused, exit code 2, as JSON too: a program that reads the result reads why there is none."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from rnn.console.command_line import Misused
from rnn.console.files import Undelivered, write_text
from rnn.console.places import STANDARD_OUTPUT, Places


def save_json(result: Callable[[], Mapping[str, Any]], path: Path) -> None:
    """The result as JSON: in a file as UTF-8, on standard output in ASCII, which every encoding has."""
    if path == STANDARD_OUTPUT:
        print(json.dumps(result(), indent=1))
    else:
        write_text(path, json.dumps(result(), indent=1, ensure_ascii=False) + "\n")


@contextmanager
def told_as_json(places: Places) -> Iterator[None]:
    """What is refused in the ``with`` block is written where its result was to go."""
    try:
        yield
    except Misused as refused:
        tell(places, refused.message)
        raise


def tell(places: Places, message: str) -> None:
    """Writes the message in place of a result, where one was to go; silent where it cannot be written."""
    if places.json is None:
        return
    with suppress(OSError, ValueError, Undelivered):
        if places.folder is not None and places.folder in places.json.parents:
            places.make()
        save_json(lambda: {"verdict": None, "error": message}, places.json)
