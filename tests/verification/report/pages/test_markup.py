"""Markup: escaped, well-formed, and a table that a reader can hear."""

import pytest

from tests.pages import NASTY, Page
from verification.report.pages.markup import PROGRAM, Html, code, legend, program, status, table, tag


@pytest.mark.parametrize("wrong", ["<p><b></p></b>", "<p>", "</p>"])
def test_the_reader_refuses_what_is_not_well_formed(wrong):
    """An end tag too many, too few, or out of order."""
    with pytest.raises((AssertionError, IndexError)):
        Page(wrong)


def test_text_is_escaped_and_markup_is_not():
    """Children and attributes alike."""
    made = tag("p", NASTY, Html("<b>bold</b>"), title='a "quote"', class_="kind", aria_label="x")
    Page(made)
    assert "<script" not in made
    assert "<b>bold</b>" in made
    assert 'title="a &quot;quote&quot;" class="kind" aria-label="x"' in made


def test_a_table_has_a_caption_and_heads():
    """A row of one cell heads those that follow."""
    made = Page(table("Counts", ["name", "count"], [["a group"], ["one", "1"]]))
    assert [head["scope"] for head in made.named("th")] == ["col", "col", "rowgroup", "row"]
    (box,) = made.named("div")
    assert (box["aria-label"], box["tabindex"]) == ("Counts", "0")


@pytest.mark.parametrize(("kind", "sign"), [("good", "✓"), ("bad", "✗"), ("idle", "–")])
def test_a_status_is_a_sign_and_words(kind, sign):
    """And not a colour alone."""
    assert status(kind, "said") == f'<span class="{kind}"><span aria-hidden="true">{sign}</span> said</span>'


def test_a_legend_has_a_meaning_for_each_symbol():
    """As terms and descriptions."""
    made = Page(legend(("✓", "holds"), ("✗", "refuted")))
    assert len(made.named("dt")) == len(made.named("dd")) == 2


def test_a_long_program_loses_its_middle_and_says_so():
    """One that can be read stays whole."""
    assert program("x" * PROGRAM, "it") == code("x" * PROGRAM, "it")
    made = program("a" + "x" * 2 * PROGRAM + "z", "it")
    assert len(made) < 1.1 * PROGRAM
    assert "[… 60,002 characters, which the JSON has …]" in made
