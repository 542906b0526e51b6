"""Mutants, the published rule and the detection curve on the page."""

from dataclasses import replace

import pytest

from benchmarks.evidence import pages as evidence
from benchmarks.evidence.found import Found
from tests.pages import MEASURED, MUTANTS, Page, full, judgement
from verification.report.outcome import Report
from verification.report.pages.report import page as page_of


@pytest.fixture(scope="module")
def text():
    """The page with every part."""
    return page_of(full())


def test_mutants_and_the_published_rule(text):
    """Who survived is said first; then groups, by the property that has to see them; reasons are listed."""
    assert "1 of 2 wrong engines caught" in text
    assert "one that lives</p>" in text
    assert text.partition('id="mutants"')[2].count("<details>") == 4
    for words in ("lags</span><span", "caught 1 of 1", "exact</span><span", "caught 0 of 1"):
        assert words in text
    assert "<li>U does not depend on the target" in text


def test_detection(text):
    """By decade, beside the peers, with what was not asked and what is determined."""
    for part in ("1e-12", "a peer that is absent", "91.0%", "0 false alarms", "float64, by hand"):
        assert part in text


def test_what_was_not_measured_is_said():
    """Each missing part names the command that measures it, and the page is whole."""
    text = page_of(Report(judgement(), evidence=Found().evidence()))
    Page(text)
    for command in ("detection", "mutants", "article"):
        assert f"<code>python -m benchmarks.evidence {command}</code>" in text


def test_the_largest_page_is_small():
    """With the longest example that is shown of each mutant, and two more cells: 400 KB at most."""
    whole = full()
    catalogue = [
        MUTANTS["catalogue"][0] | {"name": f"{number}", "example": "x" * evidence.EXAMPLE}
        for number in range(130)
    ]
    found = replace(MEASURED, mutants=MUTANTS | {"catalogue": catalogue}).evidence()
    text = page_of(replace(whole, evidence=found, others=(whole.judgement, whole.judgement)))
    assert text.count("x" * evidence.EXAMPLE) == 130
    assert len(text.encode()) < 400_000
