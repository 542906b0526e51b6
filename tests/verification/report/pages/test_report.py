"""The page of a run: well-formed, complete in itself, escaped, and with a line for what was not measured."""

import html
from collections import Counter
from dataclasses import replace

import pytest

from tests.pages import NASTY, TRUNCATIONS, Page, full, judgement
from verification.diagnosis.stages import Diagnosis
from verification.judging.judgement import Example, PartResult
from verification.report.outcome import Report
from verification.report.pages.judgement import by_truncation
from verification.report.pages.report import page as page_of


@pytest.fixture(scope="module")
def text():
    """The page with every part."""
    return page_of(full())


@pytest.fixture(scope="module")
def page(text):
    """The same, read."""
    return Page(text)


def test_ids_are_unique_and_links_lead_somewhere(page):
    """Two pictures share no id; every link is to a place on the page."""
    ids = Counter(page.attributes("id"))
    assert ids.most_common(1)[0][1] == 1
    links = page.attributes("href") + page.attributes("xlink:href")
    assert len(links) > 8
    assert {link for link in links if not (link.startswith("#") and link[1:] in ids)} == set()


def test_nothing_is_loaded(text, page):
    """No address of a server, no script, no frame, no file; the page itself forbids all of it."""
    assert "http://" not in text
    assert "https://" not in text
    assert page.attributes("src") == []
    loaders = {"script", "link", "iframe", "object", "embed", "img"}
    assert {name for name, _ in page.elements} & loaders == set()
    assert "@import" not in text
    assert text.count("url(") == text.count("url(#")
    (policy,) = (a["content"] for a in page.named("meta") if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy


def test_text_is_escaped(text):
    """Markup in a name, a story, an example is text on the page."""
    assert "<script" not in text
    assert html.unescape(text).count(NASTY) >= 9


def test_tables_are_tables(page):
    """A caption each, heads with a scope, and a name for the box that scrolls; pictures say what they are."""
    assert len(page.named("caption")) == len(page.named("table")) >= 6
    assert {head.get("scope") for head in page.named("th")} == {"col", "row", "rowgroup"}
    boxes = [a for a in page.named("div") if a.get("class") == "wide"]
    assert all(box["aria-label"] and box["tabindex"] == "0" for box in boxes)
    pictures = page.named("svg")
    assert len(pictures) == 2
    assert all(picture["role"] == "img" and len(picture["aria-label"]) > 40 for picture in pictures)


def test_a_refutation_is_shown_with_its_example():
    """The sentence under the verdict, the smallest example as code, well-formed."""
    example = Example(None, "forward", "outputs", f"got 2, want 1 {NASTY}", "problem = Problem(\n)\n")
    diagnosis = Diagnosis("accumulation", ("b",), (), "b is wrong: the bug is in what is computed from it.")
    text = page_of(Report(judgement(failures=2, example=example, diagnosis=diagnosis)))
    Page(text)
    for part in ("The smallest example", "problem = Problem(", "refuted in 2 of 1,200", "the bug is in what"):
        assert part in text
    assert "<script" not in text
    assert "Before the gradients hold it would prove nothing" in text


def test_parts_that_are_not_alike_have_rows_of_their_own():
    """W was checked less often, and of h0 a truncation has shown nothing: in figures, and by no sign."""
    counts = (("U", 5, 5), ("W", 4, 4), ("b", 5, 5), ("h0", 3, 0))
    rows = [
        PartResult("lags", part, cases, nonzero, truncation=kind, nonzero=nonzero)
        for kind in TRUNCATIONS[:2]
        for part, cases, nonzero in counts
    ]
    (body,) = by_truncation(replace(judgement(), rows=tuple(rows)))["bodies"]
    nothing = "3<small>0%</small>"
    assert body == [["lags"], ["U, b", "5", "5"], ["W", "4", "4"], ["h0", nothing, nothing]]
