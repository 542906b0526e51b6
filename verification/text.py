"""Text that people read: what somebody else's code says, where lines break, and shares in per cent.

Reading a text may run that code (``__str__``, ``__repr__``), which can raise or hang: where the code is an
engine's, it is read within the time that an answer has (``verification.properties.calling``).
"""

import re
import textwrap
from collections.abc import Iterable

# Enough to show what went wrong: a traceback's last lines, or a compiler's first.
LINES = 3
CHARACTERS = 200

# Between what stays in a line.
NO_BREAK = "\N{NO-BREAK SPACE}"

# How much of a value is shown in an error about an argument, which is one line.
VALUE = 60


def quoted(text: str) -> str:
    """The first ``LINES`` lines, of at most ``CHARACTERS`` each; what cannot be printed is escaped.

    >>> print(quoted("a bell: \\a, a NUL: \\0"))
    a bell: \\x07, a NUL: \\x00
    """
    # Of a subclass of str, by str's own method. What is longer than this is cut all the same.
    text = str.__getitem__(text, slice(LINES * (CHARACTERS + 1) + 1))
    lines = text.split("\n")
    kept = [_cut(printable(line), CHARACTERS) for line in lines[:LINES]]
    return "\n".join(kept if len(lines) <= LINES else [*kept, "…"])


def in_a_line(text: str, most: int = VALUE) -> str:
    """The same in one line, of at most ``most`` characters."""
    return _cut(printable(str.__getitem__(text, slice(most + 1))), most)


def shown(value: object) -> str:
    """A value as Python writes it, in one short line; its type, where it cannot be written.

    >>> shown("x" * 100)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"
    """
    try:
        return in_a_line(repr(value))
    except Exception:
        return f"a value of type {type_name(type(value))}"


def type_name(kind: type) -> str:
    """A type's name, with its module unless it is built in, in one line.

    >>> type_name(int), type_name(slice), type_name(__import__("fractions").Fraction)
    ('int', 'slice', 'fractions.Fraction')
    """
    # As type has them: a metaclass may answer otherwise, and a class may have a module that is no text.
    module, name = (type.__dict__[attribute].__get__(kind) for attribute in ("__module__", "__qualname__"))
    named = isinstance(module, str) and module != "builtins"
    return in_a_line(f"{module}.{name}" if named else name, CHARACTERS)


def message_of(error: BaseException) -> str:
    """An exception's type and message, or its type alone, where it has no message or that raises."""
    name = type_name(type(error))
    try:
        message = quoted(str(error))
    except Exception:
        return name
    return f"{name}: {message}" if message else name


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def printable(text: str) -> str:
    """The text with an escape for each character that a terminal or a file might not take as one."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


def unbroken(text: str) -> str:
    """``text`` with the spaces about a sign and before a number made such that no line breaks at them.

    >>> unbroken("right at lag 0, wrong at every lag ≥ 1").split(" ")
    ['right', 'at', 'lag\\xa00,', 'wrong', 'at', 'every', 'lag\\xa0≥\\xa01']
    """
    return re.sub(r" (?=[≥≤≠=<>+] |[−-]?\d)|(?<= [≥≤≠=<>+]) ", NO_BREAK, text)


def filled(entries: Iterable[str], width: int, indent: str = "") -> list[str]:
    """``entries`` with commas between, in lines of at most ``width`` that break between entries alone.

    An entry that is longer than a line has a line to itself.

    >>> filled(["T ≥ 13: 25", "h0 zero: 7"], width=12)
    ['T ≥ 13: 25,', 'h0 zero: 7']
    """
    text = ", ".join(entry.replace(" ", NO_BREAK) for entry in entries)
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(NO_BREAK, " ") for line in lines]


def percent(share: float, digits: int = 0) -> str:
    """``share``, from 0 to 1, rounded to so many digits; only what is none is 0, only what is all is 100.

    A share that rounds to either without being it is shown as the last number short of it.

    >>> percent(1 / 3), percent(2 / 3, 1), percent(0.0), percent(1.0, 1)
    ('33%', '66.7%', '0%', '100%')
    >>> percent(0.996), percent(0.003), percent(0.9996, 1), percent(0.0004, 1)
    ('>99%', '<1%', '>99.9%', '<0.1%')
    """
    if share in (0, 1):
        return f"{share:.0%}"
    least = 10.0 ** (-2 - digits)
    rounded = round(share, 2 + digits)
    if rounded <= 0:
        return f"<{least:.{digits}%}"
    if rounded >= 1:
        return f">{1 - least:.{digits}%}"
    return f"{share:.{digits}%}"


def counted(count: int, of: str) -> str:
    """So many of something.

    >>> counted(1, "case"), counted(2_000, "case")
    ('1 case', '2,000 cases')
    """
    return f"{count:,} {of}" if count == 1 else f"{count:,} {of}s"
