"""Pages from templates: escaped, well-formed, tables that can be heard, and a look for light and dark."""

import pytest

from tests.pages import NASTY, Page
from tests.programs import python
from verification.report.pages.rendering import PROGRAM, page, parts, program, short


def test_the_verdict_comes_first_and_every_section_has_a_link():
    """In the order in which they are given; what is shown is text."""
    sections = {name: parts("parts.html").missing(name) for name in ("one", "versions")}
    found = {"kicker": "", "kind": "good", "verdict": "verified", "lead": f"the lead {NASTY}", "as_if": None}
    text = page(
        **found, checked=[("Checked", "all")], facts="7 cases", instead="no picture", sections=sections
    )
    read = Page(text)
    assert read.attributes("href") == ["#one", "#versions"]
    assert read.attributes("id") == ["one", "versions"]
    sought = (
        "Verified",
        "the lead",
        "<dd>all</dd>",
        "7 cases",
        ">One<",
        "no picture",
        "<code>versions</code>",
    )
    places = [text.index(words) for words in sought]
    assert places == sorted(places)
    assert "<script" not in text


def test_a_table_has_a_caption_and_heads():
    """A row of one cell heads those that follow; a cell knows its column by the text of its head."""
    head = parts("parts.html").status("good", "count")
    made = parts("parts.html").table(f"Counts {NASTY}", ["name", head], [[["a group"], ["one", NASTY]]])
    read = Page(made)
    assert [each["scope"] for each in read.named("th")] == ["col", "col", "rowgroup", "row"]
    assert read.attributes("data-column") == ["✓ count"]
    (box,) = read.named("div")
    assert (box["aria-label"], box["tabindex"]) == (f"Counts {NASTY}", "0")
    assert "<script" not in made


def test_a_long_program_loses_its_middle_and_says_so():
    """One that can be read stays whole."""
    assert program("x" * PROGRAM) == "x" * PROGRAM
    made = program("a" + "x" * 2 * PROGRAM + "z")
    assert len(made) < 1.1 * PROGRAM
    assert "[… 60,002 characters, which the JSON has …]" in made


@pytest.mark.parametrize("count", [0, 9, 999, 1_000, 9_999, 10_000, 999_999, 1_000_000, 12_345_678])
def test_a_count_is_short_and_never_said_to_be_more(count):
    """Four characters, of which three are digits."""
    found = short(count)
    assert len(found) <= 4
    number = float(found.rstrip("kM")) * {"k": 1e3, "M": 1e6}.get(found[-1], 1)
    assert 0.9 * count <= number <= count


def test_a_verdict_without_a_page_needs_no_templates():
    """What makes pages is imported when one is written."""
    call = "import sys, verification.cli.commands; print('jinja2' in sys.modules)"
    assert python("-c", call).stdout == "False\n"
