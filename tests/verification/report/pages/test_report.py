"""The page of a run: well-formed, complete in itself, escaped, and with a line for what was not measured."""

import html
from collections import Counter
from dataclasses import replace

import pytest

from tests.pages import ASKED, BLOCKS, NASTY, TRUNCATIONS, Page, full, judgement, sine
from verification.diagnosis.stages import Diagnosis
from verification.judging.judgement import Example, Row
from verification.properties.findings import BY_NAME, PROPERTIES
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


def test_what_is_told_is_escaped(text):
    """Markup in a name, a story, an example is text on the page."""
    assert "<script" not in text
    assert html.unescape(text).count(NASTY) >= 9


def test_tables_are_tables(page):
    """A caption each, heads with a scope, and a name for the box that scrolls."""
    assert len(page.named("caption")) == len(page.named("table")) >= 6
    assert {head.get("scope") for head in page.named("th")} == {"col", "row", "rowgroup"}
    boxes = [a for a in page.named("div") if a.get("class") == "wide"]
    assert all(box["aria-label"] and box["tabindex"] == "0" for box in boxes)


def test_a_refutation_is_shown_with_its_example():
    """The sentence under the verdict, the smallest example as code, well-formed."""
    example = Example(None, "forward", "outputs", f"got 2, want 1 {NASTY}", "problem = Problem(\n)\n", True)
    diagnosis = Diagnosis("accumulation", ("b",), (), "b is wrong: the bug is in what is computed from it.")
    text = page_of(Report(judgement(failures=2, example=example, diagnosis=diagnosis)))
    Page(text)
    for part in ("The smallest example", "problem = Problem(", "refuted in 2 of 1,200", "the bug is in what"):
        assert part in text
    assert "<script" not in text
    assert "Before the gradients hold it would prove nothing" in text


@pytest.mark.slow
def test_the_coverage_of_pairs_and_triples_is_there():
    """With what no case could show, and up to which sizes cases went."""
    text = page_of(full())
    assert "100 of 100 pairs of levels covered, 4 excluded by rules" in text
    assert "999 of 1000 triples of levels covered, 1 vacuous" in text
    assert "Cases that were designed or fixed: up to T 512, N 129." in text


def test_what_was_not_measured_is_said():
    """A training that was not is; of evidence that was not asked for the page says nothing."""
    text = page_of(Report(judgement()))
    Page(text)
    assert "No training." in text
    assert "would prove nothing" not in text
    assert "Not part of this run" not in text


def test_every_property_and_oracle_is_there(text):
    """With its claim, and the counts under each truncation, of parts that are alike once."""
    for name in ("forward", *ASKED):
        assert f'<th scope="row">{name}</th>' in text
        assert f"<dt>{name}</dt><dd>{BY_NAME[name].claim}</dd>" in html.unescape(text)
    assert text.count("1,200<small>92%</small>") == (1 + len(ASKED)) * len(TRUNCATIONS)
    assert text.count(f'<th scope="row">{", ".join(BLOCKS)}</th>') == len(ASKED)
    for reference in (each.reference for each in PROPERTIES if each.reference):
        assert reference.name in text


def test_parts_that_are_not_alike_have_rows_of_their_own():
    """W was asked less often, and of h0 a truncation has shown nothing: in figures, and by no sign."""
    counts = (("U", 5, 5), ("W", 4, 4), ("b", 5, 5), ("h0", 3, 0))
    rows = [
        Row("lags", part, cases, nonzero, truncation=kind, nonzero=nonzero)
        for kind in TRUNCATIONS[:2]
        for part, cases, nonzero in counts
    ]
    (body,) = by_truncation(replace(judgement(), rows=tuple(rows)))["bodies"]
    nothing = "3<small>0%</small>"
    assert body == [["lags"], ["U, b", "5", "5"], ["W", "4", "4"], ["h0", nothing, nothing]]


def test_the_matrix_sums_over_truncations(text):
    """A block's entry has the cases of all four."""
    matrix = text.partition('class="matrix')[2].partition("</table>")[0]
    row = matrix.partition('<th scope="row">lag by lag</th>')[2].partition("</tr>")[0]
    assert row.count("<span>4.8k</span><span>4.4k</span>") == len(BLOCKS)


def test_both_trainings_stand_beside_the_baselines(text):
    """And the free run; one alone as well."""
    for words in ("this network, 2 epochs, Window(k=5)", "the article, as published", "predict zero"):
        assert words in text
    assert "free run, 100 steps" in page_of(Report(judgement(), "quick", None, sine()))
