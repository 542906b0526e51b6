"""Pages from templates. The templates escape every text that is not markup."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from jinja2.loaders import BaseLoader
from markupsafe import Markup

from verification.text import percent, unbroken

# The kind and the sign of each verdict.
KINDS = {"verified": "good", "holds": "good", "refuted": "bad", "not exercised": "idle"}
SIGNS = {"good": "✓", "bad": "✗", "elsewhere": "⊗", "idle": "–"}

# The entry of a matrix where a property does not apply to a part.
NOT_CHECKED = "·"

# Up to so many columns, a wide screen has room for counts beside the signs; with more they are below.
BESIDE = 9

# The longest program that a page shows in full.
PROGRAM = 60_000


def environment(*more: BaseLoader) -> Environment:
    """A Jinja environment with the templates of this package, and those of further loaders."""
    made = Environment(
        loader=ChoiceLoader([*more, PackageLoader("verification.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"percent": percent, "plain": _plain, "unbroken": unbroken}
    made.globals |= {"BESIDE": BESIDE, "KINDS": KINDS, "NOT_CHECKED": NOT_CHECKED, "SIGNS": SIGNS}
    return made


@cache
def templates() -> Environment:
    """The environment with this package's templates."""
    return environment()


def parts(name: str) -> Any:
    """The macros of a template; each returns markup."""
    return templates().get_template(name).module


def page(**fields: Any) -> str:
    """A whole page: the verdict, links, and sections by name."""
    made: str = templates().get_template("document.html").render(fields)
    return f"{made}\n"


def style(name: str) -> str:
    """A style sheet: palette, maps, or page."""
    text = files("verification.report").joinpath("templates", f"{name}.css").read_text("utf-8")
    return f"\n{text}"


def _plain(cell: Any) -> str:
    """A cell's text, without markup and small print."""
    marked = isinstance(cell, Markup)
    return Markup(re.sub(r"<small>.*?</small>", "", cell)).striptags() if marked else str(cell)


def scope_entries(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was checked, what was not, and the remarks."""
    entries = [("Checked", fields["scope"]), ("Not checked", ", ".join(fields["not_checked"]) or "nothing")]
    return entries + [("Remark", each) for each in fields["remarks"]]


def program(text: str) -> str:
    """A program; if it is very long, without its middle."""
    left_out, half = len(text) - PROGRAM, PROGRAM // 2
    if left_out <= 0:
        return text
    return f"{text[:half]}\n[… {left_out:,} characters, which the JSON has …]\n{text[-half:]}"


def short(count: int) -> str:
    """A count in at most four characters, rounded down.

    >>> short(0), short(999), short(1_299), short(12_999), short(2_000_000)
    ('0', '999', '1.2k', '12k', '2.0M')
    """
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if count >= 10 * size:
            return f"{count // size}{letter}"
        if count >= size:
            return f"{count // (size // 10) / 10:.1f}{letter}"
    return str(count)
