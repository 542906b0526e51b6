"""What was asked of an engine by truncation, and what it was compared with."""

from verification.judging.judgement import Judgement, Row
from verification.report.outcome import Report
from verification.report.outcome import oracles as told
from verification.report.pages.markup import Html, small, status, table, tag
from verification.text import percent, unbroken


def by_truncation(found: Judgement) -> tuple[Html, ...]:
    """Every part of every property under each kind of truncation, folded."""
    kinds = found.truncations
    if len(kinds) < 2:
        return ()
    rows = {(row.property, row.part, row.truncation): row for row in found.rows}
    parts: dict[str, dict[str, None]] = {}
    for row in found.rows:
        parts.setdefault(row.property, {})[row.part] = None
    bodies: list[list[list[str | Html]]] = []
    for name, each in parts.items():
        # Parts that came to the same stand in one row.
        alike: dict[tuple[Html, ...], list[str]] = {}
        for part in each:
            alike.setdefault(tuple(_cell(rows.get((name, part, kind))) for kind in kinds), []).append(part)
        bodies.append([[name], *([", ".join(some), *cells] for cells, some in alike.items())])
    shown = table(
        "Cases that decided each part, and the share of them whose truth is not zero, where that is not all",
        ["property", *kinds],
        *bodies,
        kind="properties",
    )
    return (tag("details", tag("summary", tag("span", "By truncation")), shown),)


def _cell(row: Row | None) -> Html:
    if row is None:
        return Html("")
    if row.failures:
        return status("bad", f"refuted in {row.failures:,} of {row.cases:,}")
    # What holds is plain, and what is whole has no share: there are hundreds of these.
    share = "" if row.nonzero == row.cases else small(percent(row.nonzero / row.cases))
    return Html(f"{row.cases:,}{share}")


def oracles(report: Report) -> tuple[Html, ...]:
    """What the engine is compared with, and how often."""
    lines = []
    for oracle in told(report):
        judged = {
            "holds": status("good", "none refuted"),
            "refuted": status("bad", f"{oracle.refuted:,} refuted"),
        }.get(oracle.verdict, status("idle", oracle.verdict))
        counts = (f"{oracle.asked:,}", f"{oracle.undetermined:,}")
        lines.append([oracle.name, unbroken(oracle.independence), *counts, judged])
    return (
        tag("h2", "Oracles"),
        tag(
            "p", "Independent ways to the true gradient. None imports the engine's forward, slopes or loops."
        ),
        table(
            "What the engine is compared with",
            ["oracle", "why it is independent", "judgements", "undetermined", "of these"],
            lines,
            kind="oracles",
        ),
    )
