"""The page of ``rnn``'s own verification: the judgement, and what shows that it can be believed.

Every function makes one part of the page out of the result that it is about.
"""

from pathlib import Path

from rnn.console.files import write_text
from verification.adapters.rnn.cells import CELLS
from verification.judging.judgement import Judgement
from verification.report.outcome import Report
from verification.report.pages import judgement
from verification.report.pages.document import asked, document, environment
from verification.report.pages.markup import KINDS, Html, status, tag
from verification.report.pages.properties import by_truncation, oracles
from verification.report.pages.sine import sine
from verification.text import unbroken


def write(path: Path, report: Report) -> None:
    """The page as a file."""
    write_text(path, page(report))


def page(report: Report) -> str:
    """The whole page."""
    found = report.foremost
    sections = {
        **judgement.first(found),
        "properties": _properties(found),
        **{each.model: _properties(each) for each in report.judgements if each is not found},
        "oracles": oracles(report),
        "exercise": judgement.exercise(found),
        **report.evidence.sections(),
        "sine": sine(report),
        "versions": environment(),
    }
    return document(verdict(report), judgement.without_picture(found), sections)


def _properties(found: Judgement) -> tuple[Html, ...]:
    """Of one cell."""
    heading, *rest = judgement.properties(found, CELLS[found.model][1], f"Properties of {found.model}")
    return (
        heading,
        tag("p", facts(found), class_="facts"),
        *rest,
        *by_truncation(found),
    )


def facts(found: Judgement) -> str:
    """How much a cell was asked."""
    designed = "".join(f" · {each}" for each in found.coverage)
    return f"{found.model}: {found.cases:,} cases, of which {found.informative:,} are informative{designed}"


def verdict(report: Report) -> tuple[Html, ...]:
    """The head of the page: does it hold, what is wrong, and how much was asked."""
    found, kind = report.foremost, KINDS[report.verdict]
    said = {
        "good": "The gradients hold: no property is refuted, and all were exercised.",
        "bad": "The gradients are wrong: a property is refuted.",
        "idle": "Neither pass nor fail: not everything that must be seen was seen.",
    }
    return (
        tag("p", "Verification of hand-derived gradients", class_="kicker"),
        tag("h1", status(kind, report.verdict.capitalize())),
        tag("p", said[kind] if found.diagnosis is None else unbroken(str(found.diagnosis)), class_="lead"),
        asked(found.scope, found.not_asked, found.remarks),
        tag(
            "p",
            f"{', '.join(each.model for each in report.judgements)} by {report.loops} loops · "
            f"{sum(each.cases for each in report.judgements):,} cases, of which "
            f"{sum(each.informative for each in report.judgements):,} are informative · "
            f"profile {report.profile} · "
            f"seed {found.seed} · {sum(each.seconds for each in report.judgements):.1f} s",
            class_="facts",
        ),
    )
