"""What shows how far a verification can be believed: scalars, detection, mutants, the published rule.

A result that there is none of becomes a line that says which command measures it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from benchmarks.evidence import detection as measured
from benchmarks.evidence.detection import Accuracy, Detection
from benchmarks.evidence.scalars import ScalarRow
from rnn.console.command_line import program
from verification.report.pages.markup import KINDS, Html, code, missing, small, status, table, tag
from verification.report.pages.svg import picture
from verification.text import unbroken

PROGRAM = program("benchmarks.evidence")

# Characters of a mutant's example that the page shows: one that has been made small has less.
EXAMPLE = 800


def detection(found: Detection | None) -> tuple[Html, ...]:
    """How small a planted error is seen, by this suite and by its peers."""
    heading = tag("h2", "Detection")
    if found is None:
        return heading, missing(f"{PROGRAM} detection")
    said = ". ".join(
        f"{curve.name}: {measured.shown(curve.shares[found.sizes.index(measured.PROMISED)])} at 1e-8"
        for curve in found.curves
    )
    return (
        heading,
        tag(
            "p",
            f"Relative errors planted in one lag of one block, {found.planted:,} faults on {found.cases:,} "
            f"problems; {found.undetermined:,} of them undetermined and counted no further. Peers run with "
            "their defaults, and are judged where they accept the right engine.",
        ),
        picture(
            "detection",
            partial(measured.draw, detection=found),
            f"Lines of the share caught against the size of the planted error. {said}.",
        ),
        *_detection_tables(found),
    )


def _detection_tables(found: Detection) -> Iterable[Html]:
    shown = measured.shown
    decades = [
        [f"{size:.0e}".replace("e-0", "e-"), *(shown(curve.shares[i]) for curve in found.curves)]
        for i, size in enumerate(found.sizes)
        if i % 2 == 0
    ]
    ends = [
        ["faults judged", *(f"{curve.judged:,}" for curve in found.curves)],
        ["right engine accused", *(f"{curve.accused:,}" for curve in found.curves)],
    ]
    names = [Html(tag("span", curve.name) + small(curve.version)) for curve in found.curves]
    yield table("Share of planted errors caught, by size", ["size", *names], decades, ends, kind="numbers")
    if found.absent:
        yield tag("p", f"Not installed, so not asked: {', '.join(found.absent)}.", class_="absent")
    yield _determined(found)
    if found.accuracy:
        yield _accuracy(found.accuracy)
    if found.alarms is not None:
        alarms = found.alarms
        kind = "bad" if alarms.failures else "good"
        yield tag(
            "p",
            status(kind, f"{alarms.failures:,} false alarms"),
            f" in {alarms.cases:,} problems, {alarms.decided:,} judgements of the right engine.",
        )


def _determined(found: Detection) -> Html:
    """Of how many lags the problems know the truth."""
    shares = [
        [
            share.activation,
            f"{share.nonzero:,}",
            measured.shown(share.determined / share.nonzero if share.nonzero else None),
        ]
        for share in found.shares
    ]
    total = ["all", f"{sum(share.nonzero for share in found.shares):,}", measured.shown(found.determined)]
    return table(
        "Lags that the problems determine to 1e-9",
        ["activation", "not zero", "determined"],
        shares,
        [total],
        kind="numbers",
    )


def _accuracy(found: Sequence[Accuracy]) -> Html:
    """How exact the engine and autograd are."""
    rows = [
        [
            f"{row.dtype}, {row.who}",
            f"{row.blocks:,}",
            *(f"{number:.2f}" for number in row.units),
            *(f"{number:.1e}" for number in row.relative),
        ]
        for row in found
    ]
    parts = ("median", "99th percentile", "largest")
    return table(
        "Error against the truth at working precision, in units of Y + u A and relative",
        ["computation", "blocks", *parts, *(f"{part}, relative" for part in parts)],
        rows,
        kind="numbers",
    )


def mutants(found: Mapping[str, Any] | None) -> tuple[Html, ...]:
    """Who was caught, who survived, and each wrong line beside the right one."""
    heading = tag("h2", "Mutants")
    if found is None:
        return heading, missing(f"{PROGRAM} mutants")
    survivors = found["survivors"]
    kind = "bad" if survivors or found.get("accused") else "good"
    lines = [
        tag(
            "p",
            status(kind, f"{found['killed']} of {found['total']} wrong engines caught"),
            f", each by the property it names; {found['equivalent']} edits that are no fault, "
            f"{len(found.get('accused', ()))} of them accused.",
        )
    ]
    if survivors:
        lines.append(tag("p", status("bad", "Survived: "), ", ".join(survivors)))
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for mutant in found.get("catalogue", ()):
        groups.setdefault(mutant["names"], []).append(mutant)
    return heading, *lines, *(_group(name, group) for name, group in groups.items())


def _group(name: str, group: Sequence[Mapping[str, Any]]) -> Html:
    """Those that one property has to catch, folded."""
    caught = sum(name in mutant["caught_by"] for mutant in group)
    kind = "good" if caught == len(group) else "bad"
    summary = tag("summary", tag("span", name), status(kind, f"caught {caught} of {len(group)}"))
    return tag("details", summary, *map(_mutant, group))


def _mutant(mutant: Mapping[str, Any]) -> Html:
    """One mutant, opened by the reader."""
    caught = mutant["caught_by"]
    by_name = mutant["names"] in caught
    judged = status("good", f"caught by {mutant['names']}") if by_name else status("bad", "survived")
    inside = [tag("p", small(f"Source: {mutant['source']}"))]
    if caught:
        inside.append(tag("p", small(f"Caught by: {', '.join(caught)}")))
    inside.append(code(mutant["edits"], "The wrong line beside the right one"))
    if mutant.get("diagnosis"):
        inside.append(tag("p", unbroken(str(mutant["diagnosis"])), class_="diagnosis"))
    if mutant.get("example"):
        inside.append(tag("p", str(mutant["failure"])))
        inside.append(_example(mutant["example"]))
    summary = tag("summary", tag("span", mutant["name"]), judged, small(mutant["story"]))
    return tag("details", summary, *inside)


def _example(text: str) -> Html:
    if len(text) > EXAMPLE:
        return tag("p", f"Its example, of {len(text):,} characters, is in the JSON.", class_="absent")
    return code(text, "An example, as a program")


def published_rule(found: Mapping[str, Any] | None) -> tuple[Html, ...]:
    """The article's published rule, and why it is refuted."""
    heading = tag("h2", "The published rule")
    if found is None:
        return heading, missing(f"{PROGRAM} article")
    kind = KINDS.get(found["verdict"], "idle")
    return (
        heading,
        tag("p", "The article's rule, on its own architecture: ", status(kind, found["verdict"]), "."),
        tag("ol", *(tag("li", reason) for reason in found["reasons"])),
    )


def scalars(rows: Sequence[ScalarRow]) -> tuple[Html, ...]:
    """tanh and sigmoid over the whole range of a type: what a slope that is read off the output costs."""
    heading = tag("h2", "Scalars")
    if not rows:
        return heading, missing("make verify")
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
    return heading, tag("details", summary, found)
