"""Checks of a user's arguments, with one-line errors."""

from numbers import Integral
from typing import Any

from verification.text import shown


def checked_count(name: str, value: Any, least: int = 0) -> int:
    """A whole number from ``least`` on; raises TypeError or ValueError, by the name, for another value."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name}: {shown(value)}, needed a whole number from {least} on")
    if value < least:
        raise ValueError(f"{name}: {shown(value)}, needed a whole number from {least} on")
    return int(value)


def refuse(name: str, value: object, fits: bool, needed: str) -> None:
    """Raises TypeError for an argument that does not fit."""
    if not fits:
        raise TypeError(f"{name}: {shown(value)}, needed {needed}")
