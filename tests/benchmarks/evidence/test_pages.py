"""The page of the measurements: what was not measured, and how large it is."""

from dataclasses import replace

from benchmarks.evidence import pages as evidence
from benchmarks.evidence.found import Found
from tests.pages import MEASURED, MUTANTS, Page, full, judgement
from verification.report.outcome import Report
from verification.report.pages.report import page as page_of


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
