"""The page of a run of the suite: its verdict, what is wrong, and what shows that it can be believed.

Every function makes one part of the page out of the result that it is about.
"""

from functools import partial
from pathlib import Path

from rnn.console.files import write_text
from verification.diagnosis import Diagnosis
from verification.outcome import Report
from verification.pages import evidence
from verification.pages.document import asked, document, environment
from verification.pages.markup import KINDS, Html, code, status, tag
from verification.pages.properties import exercise, oracles, properties
from verification.pages.svg import picture
from verification.report import draw_diagnosis, smallest_failure
from verification.summary import EVERYTHING, NEVER_ASKED, Summary
from verification.wrapping import unbroken


def write(path: Path, report: Report) -> None:
    """The page as a file."""
    write_text(path, page(report))


def page(report: Report) -> str:
    """The whole page."""
    sections = {
        "properties": properties(report.verification),
        "oracles": oracles(report),
        "exercise": exercise(report.verification),
        "detection": evidence.detection(report.detection),
        "mutants": evidence.mutants(report.mutants),
        "specimen": evidence.specimen(report.specimen),
        "sine": evidence.sine(report),
        "versions": environment(),
    }
    return document((*verdict(report), asked(EVERYTHING, NEVER_ASKED[:-1])), refutation(report), sections)


def write_judged(path: Path, report: Report, told: Summary) -> None:
    """The page of a user's function as a file."""
    write_text(path, judged(report, told))


def judged(report: Report, told: Summary) -> str:
    """The page of a user's function: what was asked of it, and nothing of how good the suite is."""
    sections = {
        "properties": properties(report.verification),
        "oracles": oracles(report),
        "exercise": exercise(report.verification),
        "versions": environment(),
    }
    return document((*verdict(report), asked(told.scope, told.not_asked)), refutation(report), sections)


def verdict(report: Report) -> tuple[Html, ...]:
    """The head of the page: does it hold, and how much was asked."""
    verification, kind = report.verification, KINDS[report.verdict]
    said = {
        "good": "The gradients hold: no property is refuted, and all were exercised.",
        "bad": "The gradients are wrong: a property is refuted.",
        "idle": "Neither pass nor fail: not everything that must be seen was seen.",
    }
    return (
        tag("p", "Verification of hand-derived gradients", class_="kicker"),
        tag("h1", status(kind, report.verdict.capitalize())),
        tag("p", said[kind] if report.diagnosis is None else unbroken(str(report.diagnosis)), class_="lead"),
        tag(
            "p",
            f"{verification.cases:,} cases, of which {verification.live:,} live in floating point · "
            f"profile {verification.profile.name} · seed {verification.seed} · {verification.seconds:.1f} s",
            class_="facts",
        ),
    )


def refutation(report: Report) -> tuple[Html, ...]:
    """Of a failing run: the smallest example and the diagnosis, or what was not exercised."""
    verification = report.verification
    refuted = smallest_failure(verification)
    if refuted is not None:
        row, example = refuted
        shown = [
            tag("h2", "What is wrong"),
            tag("p", tag("strong", row.name), f", under {row.truncation}: {example.failure}"),
            *mapped(report.diagnosis),
            tag("h3", "The smallest example" if example.smallest else "An example"),
            code(example.problem.code(), "The example, as a program"),
        ]
        return (tag("section", *shown, class_="wrong", id="wrong"),)
    if not verification.idle:
        return ()
    listed = (tag("li", name) for name in verification.idle)
    return (tag("section", tag("h2", "Not exercised"), tag("ul", *listed), class_="wrong", id="wrong"),)


def mapped(diagnosis: Diagnosis | None) -> tuple[Html, ...]:
    """The map of a diagnosis, whose sentence stands under the verdict."""
    if diagnosis is None or not diagnosis.maps:
        return ()
    alt = f"Map over loss step and step of use for each wrong block. {diagnosis}"
    return (picture("diagnosis", partial(draw_diagnosis, diagnosis=diagnosis), alt),)
