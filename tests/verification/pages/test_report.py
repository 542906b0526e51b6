"""The page of a run: well-formed, complete in itself, escaped, and with a line for what was not measured."""

from collections import Counter
from dataclasses import replace

import pytest
from verification.diagnosis import diagnose
from verification.exercise import CONTRACT
from verification.suite import Example

from tests.pages import MUTANTS, NASTY, Page, full, verification
from verification import summary
from verification.engine import manual
from verification.outcome import Report
from verification.pages import evidence, report
from verification.pages.report import judged
from verification.pages.report import page as page_of


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
    assert text.count("&lt;script&gt;alert('1 &lt; 2 &amp; 3')&lt;/script&gt;") >= 9


def test_tables_are_tables(page):
    """A caption each, heads with a scope, and a name for the box that scrolls."""
    assert len(page.named("caption")) == len(page.named("table")) >= 6
    assert {head.get("scope") for head in page.named("th")} == {"col", "row", "rowgroup"}
    boxes = [a for a in page.named("div") if a.get("class") == "wide"]
    assert all(box["aria-label"] and box["tabindex"] == "0" for box in boxes)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "✓</span> Verified"),
        ({"failures": 2}, "✗</span> Refuted"),
        ({"nonzero": 0}, "–</span> Not exercised"),
    ],
)
def test_the_verdict_is_in_words_and_signs(changed, verdict):
    """A sign and a word, and not a colour alone."""
    assert verdict in page_of(Report(verification(**changed)))


def test_a_refutation_is_shown_with_its_example():
    """The failure, the smallest example as code, the diagnosis and its map, well-formed."""

    def doubled(problem):
        answer = manual(problem)
        return replace(answer, b=2 * answer.b)

    found = diagnose(doubled)
    example = Example(found.problem, f"b: got 2, want 1 {NASTY}", smallest=True)
    text = page_of(Report(verification(failures=2, example=example), diagnosis=found))
    Page(text)
    for part in ("What is wrong", "The smallest example", "problem = Problem(", "refuted in 2 of 1,200"):
        assert part in text
    assert "accumulation is at fault" in text
    assert 'aria-label="Map over loss step' in text
    assert "<script" not in text
    assert "Before the gradients hold it would prove nothing" in text


def test_what_was_not_exercised_is_named():
    """The rows and the entries of the contract that were not seen."""
    seen = {entry.name: 50 for entry in CONTRACT} | {"relu": 1}
    text = page_of(Report(replace(verification(nonzero=0), seen=seen)))
    listed = text.partition('id="wrong"')[2].partition("</section>")[0]
    assert "<li>forward under Full</li>" in listed
    assert "<li>relu</li>" in listed
    assert "1, needed 3" in text


def test_what_was_not_measured_is_said():
    """Each missing part names the command that measures it, and the page is whole."""
    text = page_of(Report(verification()))
    Page(text)
    for command in ("detection", "mutants", "article"):
        assert f"<code>python -m verification {command}</code>" in text
    assert "No training." in text


def test_write(tmp_path):
    """The page as UTF-8."""
    report.write(tmp_path / "report.html", Report(verification()))
    assert "✓" in (tmp_path / "report.html").read_text("utf-8")


def test_the_same_report_is_the_same_page(text):
    """Nothing depends on the time or on chance."""
    assert page_of(full()) == text


def test_of_a_users_function_the_page_says_what_was_asked_and_nothing_of_the_suite():
    """The scope in words; no training, no mutants."""
    found = verification()
    text = judged(Report(found), summary.of_verification(found, None))
    Page(text)
    assert "truncations Full, Window, Chunked, Tail" in text
    assert "policies of one's own" in text
    for absent in ("Not part of this run", 'id="mutants"', 'id="sine"'):
        assert absent not in text


def test_the_largest_page_is_small():
    """With the longest example that is shown of each mutant: 400 KB at most."""
    catalogue = [
        MUTANTS["catalogue"][0] | {"name": f"{number}", "example": "x" * evidence.EXAMPLE}
        for number in range(130)
    ]
    text = page_of(replace(full(), mutants=MUTANTS | {"catalogue": catalogue}))
    assert text.count("x" * evidence.EXAMPLE) == 130
    assert len(text.encode()) < 400_000
