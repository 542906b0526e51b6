"""A page as a whole: its head, a verdict, links, and sections under their names."""

from collections.abc import Iterable, Mapping, Sequence

from verification.report.pages.markup import Html, table, tag
from verification.report.pages.style import HEAD, STYLE
from verification.report.text import versions
from verification.text import unbroken


def document(header: Iterable[Html], first: Iterable[Html], sections: Mapping[str, tuple[Html, ...]]) -> str:
    """The page: the verdict, what a reader came for, and then the sections, each with a link to it."""
    links = (tag("a", name.capitalize(), href=f"#{name}") for name in sections)
    body = tag(
        "body",
        tag("header", *header),
        tag("nav", *links, aria_label="Sections"),
        tag("main", *first, *(tag("section", *parts, id=name) for name, parts in sections.items())),
    )
    head = tag("head", Html(HEAD), tag("style", Html(STYLE)))
    return f'<!doctype html>\n<html lang="en">\n{head}\n{body}\n</html>\n'


def asked(scope: str, not_asked: Sequence[str], remarks: Sequence[str]) -> Html:
    """What was asked, what was not, and what is to be remarked."""
    entries = [("Asked", scope), ("Not asked", ", ".join(not_asked) or "nothing")]
    entries += [("Remark", each) for each in remarks]
    rows = (tag("div", tag("dt", name), tag("dd", unbroken(text))) for name, text in entries)
    return tag("dl", *rows, class_="asked")


def environment() -> tuple[Html, ...]:
    """What a run depends on."""
    rows = [[name, version] for name, version in versions().items()]
    return tag("h2", "Versions"), table("What this run depends on", ["software", "version"], rows)
