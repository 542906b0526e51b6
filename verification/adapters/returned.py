"""The forms in which an engine returns several things."""

from collections.abc import Mapping
from typing import Any

from verification.processes.invalid import InvalidAnswer


def checked_tuple(what: str, given: Any, count: int | None = None) -> tuple[Any, ...]:
    """A tuple or list with so many entries, or with any number but none; raises InvalidAnswer for anything
    else.

    ``what`` begins the message.
    """
    is_one = isinstance(given, tuple | list)
    if not is_one or (not given if count is None else len(given) != count):
        number = f" of {len(given)}" if is_one else ""
        needed = f"a tuple of {'arrays' if count is None else count}"
        raise InvalidAnswer(f"{what} a {type(given).__name__}{number}, needed {needed}")
    return tuple(given)


def check_dict(what: str, given: Any) -> None:
    """Raises InvalidAnswer if it is not a dict."""
    if not isinstance(given, Mapping):
        raise InvalidAnswer(f"{what} is a {type(given).__name__}, needed a dict by name")
