"""Pages from their templates. Text is escaped by the templates: what is not markup already is text."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from jinja2.loaders import BaseLoader
from markupsafe import Markup

from verification.text import percent, unbroken

# A verdict's kind, and its sign.
KINDS = {"verified": "good", "holds": "good", "refuted": "bad", "not exercised": "idle"}
SIGNS = {"good": "✓", "bad": "✗", "elsewhere": "⊗", "idle": "–"}

# What an entry of a matrix says where a property has nothing to ask of a part.
NOT_ASKED = "·"

# So many columns have room for counts beside their signs where the screen is wide; of more they stand below.
BESIDE = 9

# Characters of a program that a page shows. One of a large case has more, and fills no page for that.
PROGRAM = 60_000


def environment(*more: BaseLoader) -> Environment:
    """Jinja's, with the templates of this package, and those of ``more`` loaders beside them."""
    made = Environment(
        loader=ChoiceLoader([*more, PackageLoader("verification.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"percent": percent, "plain": _plain, "unbroken": unbroken}
    made.globals |= {"BESIDE": BESIDE, "KINDS": KINDS, "NOT_ASKED": NOT_ASKED, "SIGNS": SIGNS}
    return made


@cache
def templates() -> Environment:
    """Those of this package."""
    return environment()


def parts(name: str) -> Any:
    """The macros of a template, each of which returns markup."""
    return templates().get_template(name).module


def page(**told: Any) -> str:
    """A page as a whole: a verdict, links, and sections under their names."""
    made: str = templates().get_template("document.html").render(told)
    return f"{made}\n"


def style(name: str) -> str:
    """A style sheet: palette, maps, or page."""
    text = files("verification.report").joinpath("templates", f"{name}.css").read_text("utf-8")
    return f"\n{text}"


def _plain(cell: Any) -> str:
    """A cell's text, without its markup and what is beside the point."""
    marked = isinstance(cell, Markup)
    return Markup(re.sub(r"<small>.*?</small>", "", cell)).striptags() if marked else str(cell)


def asked(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was asked, what was not, and what is to be remarked."""
    entries = [("Asked", told["scope"]), ("Not asked", ", ".join(told["not_asked"]) or "nothing")]
    return entries + [("Remark", each) for each in told["remarks"]]


def program(text: str) -> str:
    """A program, without its middle where it is too long to be read."""
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
