"""Where text may break: between entries and between words, and never between a number and what it counts."""

import re
import textwrap
from collections.abc import Iterable

NO_BREAK = "\N{NO-BREAK SPACE}"


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
