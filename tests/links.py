"""Where the pages of the project lead to, and the cells of its notebooks."""

import json
import re
from pathlib import Path

FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def cells(notebook: Path, kind: str) -> list[dict]:
    """The cells of one kind of a notebook."""
    return [cell for cell in json.loads(notebook.read_text("utf-8"))["cells"] if cell["cell_type"] == kind]


def prose(page: Path) -> str:
    """The text of a page, without its code."""
    return FENCED.sub("", page.read_text("utf-8"))


def links(page: Path) -> list[str]:
    """Where a page leads to within the project: links and pictures."""
    found = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    return [link for link in found if not link.startswith("https://")]


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as a link has them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page: Path) -> list[str]:
    """The links of a page that lead to no file, or to no heading of it; a folder is no page."""
    found = []
    for link in links(page):
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        if not target.is_file() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found
