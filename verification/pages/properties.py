"""What was asked of an engine: properties, oracles, and what a run must have seen."""

from collections.abc import Sequence

from verification.exercise import CONTRACT, LEAST
from verification.outcome import Report
from verification.outcome import oracles as told
from verification.pages.markup import KINDS, Html, legend, small, status, table, tag
from verification.pages.matrix import blank, entry, matrix, short, signs
from verification.percent import percent
from verification.properties import Property
from verification.report import sizes
from verification.scalars import ScalarRow
from verification.suite import ASKED_OF_RNN, Row, Verification
from verification.unfolding import LAG_BLOCKS
from verification.wrapping import unbroken

# The column of what is about no block: the forward, or all of an answer.
WHOLE = "answer"


MEANINGS = (
    ("U, W, b", "weights of the inputs and of the state, and the bias"),
    ("V, c", "weights and bias of the readout"),
    ("xs, h0", "inputs, and the state before the first step"),
    ("a", "pre-activations, whose cotangents the recursion makes"),
)


def properties(verification: Verification, known: Sequence[Property] = ASKED_OF_RNN) -> tuple[Html, ...]:
    """Every block under every property, and, folded, the same under each truncation."""
    met = {row.name for row in verification.rows}
    return (
        tag("h2", "Properties"),
        signs(
            "holds: the cases, over all truncations, and in small those whose truth is not zero",
            "refuted: the cases, of how many",
            "not exercised: under some truncation no case had a truth that is not zero",
        ),
        _matrix(verification, known),
        legend((WHOLE, "the forward, or all of the answer"), *MEANINGS),
        legend(*((check.name, check.claim) for check in known if {*check.rows} & met)),
        tag("details", tag("summary", tag("span", "By truncation")), _by_truncation(verification, known)),
    )


def _matrix(verification: Verification, known: Sequence[Property]) -> Html:
    """The rows of each property in a line, each in the column of its block, summed over truncations."""
    places = {name: (check.name, _part(check, name)) for check in known for name in check.rows}
    entries: dict[tuple[str, str], list[Row]] = {}
    for row in verification.rows:
        name, part = places.get(row.name, (row.name, WHOLE))
        entries.setdefault((name, part if part in LAG_BLOCKS else WHOLE), []).append(row)
    names = dict.fromkeys(name for name, _ in entries)
    columns = (WHOLE, *LAG_BLOCKS)
    lines = ((name, [_entry(entries.get((name, part), [])) for part in columns]) for name in names)
    return matrix("Properties of the vanilla cell, by block", columns, lines)


def _part(check: Property, name: str) -> str:
    """What a row of a property is about."""
    return name.removeprefix(f"{check.name} ") if len(check.rows) > 1 else WHOLE


def _entry(rows: Sequence[Row]) -> Html:
    if not rows:
        return blank()
    cases, nonzero, failures = (sum(getattr(r, n) for r in rows) for n in ("cases", "nonzero", "failures"))
    if failures:
        return entry("bad", short(failures), f"/{short(cases)}")
    idle = any(row.verdict == "not exercised" for row in rows)
    return entry("idle" if idle else "good", short(cases), short(nonzero))


def _by_truncation(verification: Verification, known: Sequence[Property]) -> Html:
    """Every row under every truncation, the rows of one property together."""
    policies = verification.policies
    by_name: dict[str, list[Row]] = {}
    for row in verification.rows:
        by_name.setdefault(row.name, []).append(row)
    bodies: list[list[list[str]]] = []
    for check in known:
        names = [name for name in check.rows if name in by_name]
        if len(names) > 1:
            lines = [[_part(check, name), *_cells(by_name.pop(name), policies)] for name in names]
            bodies.append([[check.name], *lines])
        elif names:
            bodies.append([[check.name, *_cells(by_name.pop(names[0]), policies)]])
    bodies.append([[name, *_cells(rows, policies)] for name, rows in by_name.items()])
    return table(
        "Cases that decided each row, and the share of them whose truth is not zero",
        ["property", *policies],
        *(body for body in bodies if body),
        kind="properties",
    )


def _cells(rows: Sequence[Row], policies: Sequence[str]) -> list[Html]:
    by_policy = {row.truncation: row for row in rows}
    return [_cell(by_policy[policy]) if policy in by_policy else Html("") for policy in policies]


def _cell(row: Row) -> Html:
    kind = KINDS[row.verdict]
    if kind == "bad":
        return status(kind, f"refuted in {row.failures:,} of {row.cases:,}")
    if kind == "idle":
        return status(kind, "not exercised")
    return Html(status(kind, f"{row.cases:,}") + small(percent(row.nonzero / row.cases)))


def oracles(report: Report) -> tuple[Html, ...]:
    """What the engine is compared with, and how often."""
    lines = []
    for oracle in told(report):
        judged = {
            "holds": status("good", "none refuted"),
            "refuted": status("bad", f"{oracle.refuted:,} refuted"),
            "not exercised": status("idle", "nothing shown"),
        }[oracle.verdict]
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
        *scalars(report.scalars),
    )


def scalars(rows: Sequence[ScalarRow]) -> tuple[Html, ...]:
    """tanh and sigmoid over the whole range of a type: what a slope that is read off the output costs."""
    if not rows:
        return ()
    lines = [
        [
            f"{row.function}, {row.dtype}, {row.region}",
            f"{row.points:,}",
            f"{row.value:.2f}",
            f"{row.slope:.2f}",
            f"{row.relative:.1e}",
            f"{row.autograd:.1e}",
            status(KINDS[row.verdict], row.verdict),
        ]
        for row in rows
    ]
    head = ["function, type, region", "numbers", "value, ulps", "slope, roundings of 1"]
    head += ["slope, relative", "autograd's slope, relative", ""]
    found = table("The worst error by region", head, lines, kind="numbers")
    kind = "bad" if any(row.verdict == "refuted" for row in rows) else "good"
    summary = tag("summary", tag("span", "tanh and sigmoid"), status(kind, "against 50 digits"))
    return (tag("details", summary, found),)


def exercise(verification: Verification) -> tuple[Html, ...]:
    """What the live cases met, and what they did not."""
    counts = []
    for each in CONTRACT:
        met = verification.seen.get(each.name, 0)
        number = tag("b", f"{met:,}") if met >= LEAST else status("idle", f"{met}, needed {LEAST}")
        counts.append(tag("li", tag("span", unbroken(each.name)), number))
    return (
        tag("h2", "Exercise"),
        tag(
            "p",
            f"How often the {verification.live:,} live cases met what a run must have seen. A case is live "
            "if it determines the gradient and the recurrent gradient is not zero.",
        ),
        tag("p", f"{sizes(verification)}."),
        tag("ul", *counts, class_="counts"),
    )
