"""Reports as pages: each is one file, which needs no network, no script and no other file.

The templates and their library are imported when a page is written, because a verdict needs none. That
imports nothing new of ``rnn``: in a user's folder that name may be the user's own module.
"""

from pathlib import Path

from rnn.console.files import write_text
from verification.judging.judgement import Judgement
from verification.models.model import Model
from verification.report.outcome import Report


def write_judgement(path: Path, found: Judgement, model: Model | None = None) -> None:
    """The page of a judgement as a file; ``model`` says what its blocks mean."""
    from verification.report.pages import judgement

    write_text(path, judgement.page(found, model))


def write_report(path: Path, report: Report) -> None:
    """The page of ``rnn``'s own verification as a file."""
    from verification.report.pages import report as pages

    write_text(path, pages.page(report))
