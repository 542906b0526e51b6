"""What shows how far a verification can be believed: scalars, detection, mutants, the published rule."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader

from benchmarks.evidence import detection as measured
from benchmarks.evidence.detection import Detection
from benchmarks.evidence.scalars import ScalarRow
from rnn.console.command_line import program
from verification.report.pages.rendering import environment
from verification.report.pages.svg import picture

PROGRAM = program("benchmarks.evidence")

# Characters of a mutant's example that the page shows: one that has been made small has less.
EXAMPLE = 800


@cache
def _sections() -> Any:
    """The macros of the template."""
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    return environment(loader).get_template("evidence.html").module


def detection(found: Detection | None) -> str:
    """How small a planted error is seen, by this suite and by its peers."""
    tables = {} if found is None else {"picture": _curves(found), **_tables(found)}
    made: str = _sections().detection(found, f"{PROGRAM} detection", **tables)
    return made


def _curves(found: Detection) -> str:
    said = ". ".join(
        f"{curve.name}: {measured.shown(curve.shares[found.sizes.index(measured.PROMISED)])} at 1e-8"
        for curve in found.curves
    )
    words = f"Lines of the share caught against the size of the planted error. {said}."
    return picture("detection", partial(measured.draw, detection=found), words)


def _tables(found: Detection) -> dict[str, list[Any]]:
    """By the decade what was caught, of how many lags the truth is known, and how exact both ways are."""
    shown = measured.shown
    caught = [
        [f"{size:.0e}".replace("e-0", "e-"), *(shown(curve.shares[i]) for curve in found.curves)]
        for i, size in enumerate(found.sizes)
        if i % 2 == 0
    ]
    ends = [
        ["faults judged", *(f"{curve.judged:,}" for curve in found.curves)],
        ["right engine accused", *(f"{curve.accused:,}" for curve in found.curves)],
    ]
    shares = [
        [
            each.activation,
            f"{each.nonzero:,}",
            shown(each.determined / each.nonzero if each.nonzero else None),
        ]
        for each in found.shares
    ]
    total = ["all", f"{sum(share.nonzero for share in found.shares):,}", shown(found.determined)]
    accuracy = [
        [
            f"{row.dtype}, {row.who}",
            f"{row.blocks:,}",
            *(f"{number:.2f}" for number in row.units),
            *(f"{number:.1e}" for number in row.relative),
        ]
        for row in found.accuracy
    ]
    return {"caught": caught, "ends": ends, "shares": shares, "total": total, "accuracy": accuracy}


def mutants(found: Mapping[str, Any] | None) -> str:
    """Who was caught, who survived, and each wrong line beside the right one, by the property it names."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for mutant in (found or {}).get("catalogue", ()):
        groups.setdefault(mutant["names"], []).append(mutant)
    counted = [
        (name, group, sum(name in mutant["caught_by"] for mutant in group)) for name, group in groups.items()
    ]
    made: str = _sections().mutants(found, f"{PROGRAM} mutants", counted, EXAMPLE)
    return made


def published_rule(found: Mapping[str, Any] | None) -> str:
    """The article's published rule, and why it is refuted."""
    made: str = _sections().published_rule(found, f"{PROGRAM} article")
    return made


def scalars(rows: Sequence[ScalarRow]) -> str:
    """tanh and sigmoid over the whole range of a type: what a slope that is read off the output costs."""
    lines = [
        (
            [
                f"{row.function}, {row.dtype}, {row.region}",
                f"{row.points:,}",
                f"{row.value:.2f}",
                f"{row.slope:.2f}",
                f"{row.relative:.1e}",
                f"{row.autograd:.1e}",
            ],
            row.verdict,
        )
        for row in rows
    ]
    made: str = _sections().scalars(lines, any(row.verdict == "refuted" for row in rows))
    return made
