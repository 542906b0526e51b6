"""Markup: elements, and the few shapes that every page is made of.

Text is escaped by ``tag``, the only maker of markup: what is not ``Html`` already is text.
"""

import html
import re
from collections.abc import Iterable, Sequence

# A verdict's kind, and its sign.
KINDS = {"verified": "good", "holds": "good", "refuted": "bad", "not exercised": "idle"}
SIGNS = {"good": "✓", "bad": "✗", "elsewhere": "⊗", "idle": "–"}


class Html(str):
    """Text that is markup already."""


# Elements within a line, after which a line break would show as a space.
_INLINE = {"a", "b", "code", "dfn", "small", "span", "strong"}


def tag(name: str, *children: str, **attributes: str) -> Html:
    """An element; children that are not markup are escaped, and ``_`` in an attribute's name is ``-``."""
    inside = "".join(_escaped(child) for child in children)
    given = "".join(
        f' {key.strip("_").replace("_", "-")}="{html.escape(value)}"' for key, value in attributes.items()
    )
    end = "" if name in _INLINE else "\n"
    return Html(f"<{name}{given}>{inside}</{name}>{end}")


def _escaped(text: str) -> Html:
    return text if isinstance(text, Html) else Html(html.escape(text, quote=False))


def table(caption: str, head: Sequence[str], *bodies: Iterable[Sequence[str]], kind: str = "") -> Html:
    """A table whose first column heads its rows. A row of one cell heads the rows that follow it."""
    columns = [tag("th", cell, scope="col") for cell in head]
    made = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", *columns)),
        *(tag("tbody", *(_row(row, head) for row in body)) for body in bodies),
        class_=kind,
    )
    return scrolling(made, caption)


def _row(cells: Sequence[str], head: Sequence[str]) -> Html:
    """A row; each entry knows its column, which a narrow screen shows beside it."""
    first, *rest = cells
    if not rest:
        return tag("tr", tag("th", first, scope="rowgroup", colspan=str(len(head))), class_="group")
    entries = (tag("td", cell, data_column=_text(name)) for cell, name in zip(rest, head[1:], strict=True))
    return tag("tr", tag("th", first, scope="row"), *entries)


def _text(cell: str) -> str:
    """A cell's text, without its markup and what is beside the point."""
    marked = isinstance(cell, Html)
    return html.unescape(re.sub(r"<small>.*?</small>|<[^>]*>", "", cell)) if marked else cell


def scrolling(inside: Html, name: str) -> Html:
    """A box that scrolls sideways by itself, by keyboard as well, so that the page never does."""
    return tag("div", inside, class_="wide", role="region", tabindex="0", aria_label=name)


def code(text: str, name: str) -> Html:
    """A program or a diff, as it stands."""
    return scrolling(tag("pre", tag("code", text)), name)


# Characters of a program that a page shows. One of a large case has more, and fills no page for that.
PROGRAM = 60_000


def program(text: str, name: str) -> Html:
    """A program, without its middle where it is too long to be read."""
    left_out = len(text) - PROGRAM
    if left_out <= 0:
        return code(text, name)
    half = PROGRAM // 2
    return code(f"{text[:half]}\n[… {left_out:,} characters, which the JSON has …]\n{text[-half:]}", name)


def legend(*entries: tuple[str, str]) -> Html:
    """What symbols mean, beside the place where they stand."""
    rows = (tag("div", tag("dt", symbol), tag("dd", meaning)) for symbol, meaning in entries)
    return tag("dl", *rows, class_="legend")


def missing(command: str) -> Html:
    """The line in place of a result that there is none of."""
    return tag("p", "Not part of this run. ", tag("code", command), " measures it.", class_="absent")


def status(kind: str, text: str) -> Html:
    """A judgement: a sign and words first, and a colour beside them. ``kind``: good, bad or idle."""
    return tag("span", tag("span", SIGNS[kind], aria_hidden="true"), f" {text}", class_=kind)


def small(text: str) -> Html:
    """Text beside the point."""
    return tag("small", text)
