"""What an argument has to be, and how a message shows one that is not.

Every message has one form, ``name: given, needed what``, and one line, whatever was given. A check returns
what it checked, in Python's own type, and that is what is kept: ``Window(np.uint8(5)).k`` is an ``int``.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from operator import index
from reprlib import Repr
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

# What a message shows of a value at most, in characters: about a line.
LINE = 120

# The largest count: no axis is longer. NumPy wraps what is larger, or makes an empty array of it.
MOST = sys.maxsize

# What is an integer, what is a number, and what is one by inheritance alone.
_INTEGERS = (int, np.integer)
_NUMBERS = (int, float, np.integer, np.floating)
_NEITHER = (bool, np.timedelta64)

# Cuts containers before it writes them, so a list of a million entries costs no more than one of six.
_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = LINE


def cut(text: str) -> str:
    """A text on one line of at most ``LINE`` characters, all of which can be printed."""
    line = printable(" ".join(text[: 4 * LINE].split()))
    return line if len(line) <= LINE and len(text) <= 4 * LINE else line[: LINE - 1] + "…"


def printable(text: str) -> str:
    """The text with an escape for each character that a terminal or a file might not take as one."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def kind_of(value: object) -> str:
    """The name of a value's class, for a message."""
    return cut(type(value).__name__)


def shown(value: object) -> str:
    """A value as a message shows it, which is the name of its class if it cannot show itself."""
    try:
        return cut(_SHORT.repr(value))
    except Exception:
        return kind_of(value)


def keep(owner: object, **fields: object) -> None:
    """Set fields of a frozen dataclass that is being made to what was checked."""
    for name, value in fields.items():
        object.__setattr__(owner, name, value)


def offers(value: object, *methods: str) -> bool:
    """Is it an object with these methods? A class is none: it stands where its object was meant."""
    try:
        return not isinstance(value, type) and all(callable(getattr(value, name, None)) for name in methods)
    except Exception:
        return False


def check_named_functions(owner: str, name: object, **functions: object) -> None:
    """TypeError unless the name is a str and each function can be called and is no class."""
    if not isinstance(name, str):
        raise TypeError(f"{owner}.name: {shown(name)}, needed a str")
    for role, function in functions.items():
        if not offers(function, "__call__"):
            raise TypeError(f"{owner}.{role}: {shown(function)}, needed a function of two arrays")


def checked_by_name(name: str, values: object) -> dict[str, Any]:
    """A mapping from names to values as a dict, an empty one for None; TypeError otherwise."""
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise TypeError(f"{name}: {shown(values)}, needed a dict from names to values, or None")
    for key in values:
        if not isinstance(key, str):
            raise TypeError(f"{name}: {shown(key)} as a key, needed names, each a str")
    return dict(values)


def check_encodable(name: str, text: str) -> None:
    """ValueError unless UTF-8, in which files hold texts, has every character."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{name}: {shown(text)}, needed a text in UTF-8 ({error.reason})") from None


def checked_count(name: str, value: object, least: int) -> int:
    """``value`` as an int of at least ``least`` and at most ``MOST``; TypeError or ValueError otherwise."""
    kind = type(value)
    if not issubclass(kind, _INTEGERS) or issubclass(kind, _NEITHER):
        raise TypeError(f"{name}: {shown(value)}, needed an integer of at least {least}")
    count = int.__int__(index(value))  # type: ignore[arg-type]
    if count < least:
        raise ValueError(f"{name}: {shown(count)}, needed at least {least}")
    if count > MOST:
        raise ValueError(f"{name}: {shown(count)}, needed at most {MOST}")
    return count


def checked_number(name: str, value: object, needed: str = "a number") -> float:
    """``value`` as a float, which may be infinite or NaN; TypeError for what is no real number."""
    kind = type(value)
    if not issubclass(kind, _NUMBERS) or issubclass(kind, _NEITHER):
        raise TypeError(f"{name}: {shown(value)}, needed {needed}")
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        raise ValueError(f"{name}: {shown(value)}, needed {needed} that a float holds") from None


def checked_flag(name: str, value: object) -> bool:
    """``value`` as a bool; TypeError otherwise."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}: {shown(value)}, needed True or False")
    return bool(value)


def checked_dtype(dtype: DTypeLike, among: tuple[np.dtype[Any], ...], needed: str) -> np.dtype[Any]:
    """``dtype`` as one of those ``among`` which it has to be, or a TypeError that says what is ``needed``."""
    try:
        found = np.dtype(dtype)
    except Exception:
        # NumPy raises nearly anything here: a SyntaxError for ",".
        raise TypeError(f"dtype: {shown(dtype)}, needed {needed}") from None
    if found not in among:
        raise TypeError(f"dtype: {cut(str(found))}, needed {needed}")
    return found


@contextmanager
def in_memory(given: str, needed: str) -> Iterator[None]:
    """Where arrays are made: that they are too large is a MemoryError which says what was ``given``."""
    try:
        yield
    except (MemoryError, ValueError, OverflowError):
        # NumPy raises the last two for a size that no index reaches.
        raise MemoryError(f"{given}, needed {needed}: it does not fit in memory") from None
