"""A matrix of signs: properties down, parts of an answer across, on one screen of whatever width."""

from collections.abc import Iterable, Sequence

from verification.report.pages.markup import SIGNS, Html, legend, scrolling, tag

# What an entry says where a property has nothing to ask of a part.
NOT_ASKED = "·"

# So many columns have room for counts beside their signs where the screen is wide; of more they stand below.
BESIDE = 9


def matrix(caption: str, heads: Sequence[str], rows: Iterable[tuple[str, Sequence[Html]]]) -> Html:
    """Entries by row and column. Heads stand upright where the screen is narrow."""
    columns = (tag("th", tag("span", head), scope="col") for head in heads)
    body = (tag("tr", tag("th", name, scope="row"), *entries) for name, entries in rows)
    made = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", tag("th", "", scope="col"), *columns)),
        tag("tbody", *body),
        class_="matrix" if len(heads) <= BESIDE else "matrix stacked",
    )
    return scrolling(made, caption)


def entry(kind: str, *counts: str) -> Html:
    """A sign and its counts, which stand beside it or, where there is no room, below."""
    return tag("td", tag("span", SIGNS[kind]), *(tag("span", count) for count in counts), class_=kind)


def blank() -> Html:
    """The entry of what is not asked."""
    return tag("td", NOT_ASKED, class_="absent")


def signs(**meanings: str) -> Html:
    """What the signs of a matrix mean, by their kinds."""
    return legend(
        *((SIGNS[kind], meaning) for kind, meaning in meanings.items()),
        (NOT_ASKED, "not asked"),
        ("12k", "12 thousand and some"),
    )


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
