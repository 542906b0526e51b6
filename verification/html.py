"""The report as one page: ``report.html``, which needs no network, no script and no other file.

Every function makes one part of the page out of the result that it is about; a result that there is none of
becomes a line that says which command measures it. Text is escaped by ``tag``, the only maker of markup: what
is not ``Html`` already is text. Pictures are drawn by the functions that draw the files, as SVG in the
page's own colours, so that they too follow the reader's light or dark.
"""

import html
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from verification import detection as measured
from verification.detection import Detection
from verification.diagnosis import Diagnosis
from verification.exercise import CONTRACT, LEAST
from verification.files import write_text
from verification.outcome import Report
from verification.outcome import oracles as told
from verification.percent import percent
from verification.properties import Property
from verification.report import draw_diagnosis, draw_sine, sizes, versions
from verification.scalars import ScalarRow
from verification.sine import PUBLISHED_RMSE
from verification.suite import ASKED_OF_RNN, Row, Verification
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
        "detection": detection(report.detection),
        "mutants": mutants(report.mutants),
        "specimen": specimen(report.specimen),
        "sine": sine(report),
        "versions": environment(),
    }
    links = (tag("a", name.capitalize(), href=f"#{name}") for name in sections)
    body = tag(
        "body",
        tag("header", *verdict(report)),
        tag("nav", *links, aria_label="Sections"),
        tag(
            "main",
            *refutation(report),
            *(tag("section", *parts, id=name) for name, parts in sections.items()),
        ),
    )
    head = tag("head", Html(_HEAD), tag("style", Html(_STYLE)))
    return f'<!doctype html>\n<html lang="en">\n{head}\n{body}\n</html>\n'


# Markup.


class Html(str):
    """Text that is markup already."""


# Elements within a line, after which a line break would show as a space.
_INLINE = {"a", "b", "code", "small", "span", "strong"}


def tag(name: str, *children: str, **attributes: str) -> Html:
    """An element; children that are not markup are escaped, and ``_`` in an attribute's name is ``-``."""
    inside = "".join(_escaped(child) for child in children)
    given = "".join(
        f' {key.strip("_").replace("_", "-")}="{html.escape(value)}"' for key, value in attributes.items()
    )
    end = "" if name in _INLINE else "\n"
    return Html(f"<{name}{given}>{inside}</{name}>{end}")


def _escaped(text: str) -> Html:
    return text if isinstance(text, Html) else Html(html.escape(text, quote=False))


def table(caption: str, head: Sequence[str], *bodies: Iterable[Sequence[str]], kind: str = "") -> Html:
    """A table whose first column heads its rows. A row of one cell heads the rows that follow it."""
    columns = [tag("th", cell, scope="col") for cell in head]
    made = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", *columns)),
        *(tag("tbody", *(_row(row, len(head)) for row in body)) for body in bodies),
        class_=kind,
    )
    return scrolling(made, caption)


def _row(cells: Sequence[str], width: int) -> Html:
    first, *rest = cells
    if not rest:
        return tag("tr", tag("th", first, scope="rowgroup", colspan=str(width)), class_="group")
    return tag("tr", tag("th", first, scope="row"), *(tag("td", cell) for cell in rest))


def scrolling(inside: Html, name: str) -> Html:
    """A box that scrolls sideways by itself, by keyboard as well, so that the page never does."""
    return tag("div", inside, class_="wide", role="region", tabindex="0", aria_label=name)


def code(text: str, name: str) -> Html:
    """A program or a diff, as it stands."""
    return scrolling(tag("pre", tag("code", text)), name)


def missing(command: str) -> Html:
    """The line in place of a result that there is none of."""
    asked = tag("code", f"python -m verification {command}")
    return tag("p", "Not part of this run. ", asked, " measures it.", class_="absent")


def status(kind: str, text: str) -> Html:
    """A judgement: a sign and words first, and a colour beside them. ``kind``: good, bad or idle."""
    sign = {"good": "✓", "bad": "✗", "idle": "–"}[kind]
    return tag("span", tag("span", sign, aria_hidden="true"), f" {text}", class_=kind)


def small(text: str) -> Html:
    """Text beside the point."""
    return tag("small", text)


# The verdict.

_KINDS = {"verified": "good", "holds": "good", "refuted": "bad", "not exercised": "idle"}


def verdict(report: Report) -> tuple[Html, ...]:
    """The head of the page: does it hold, and how much was asked."""
    verification, kind = report.verification, _KINDS[report.verdict]
    said = {
        "good": "The gradients hold: no property is refuted, and all were exercised.",
        "bad": "The gradients are wrong: a property is refuted.",
        "idle": "Neither pass nor fail: not everything that must be seen was seen.",
    }
    return (
        tag("p", "Verification of hand-derived gradients", class_="kicker"),
        tag("h1", status(kind, report.verdict.capitalize())),
        tag("p", said[kind], class_="lead"),
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
    refuted = [(row, row.example) for row in verification.rows if row.example is not None]
    if refuted:
        row, example = min(refuted, key=lambda pair: (not pair[1].smallest, pair[1].size))
        shown = [
            tag("h2", "What is wrong"),
            tag("p", tag("strong", row.name), f", under {row.truncation}: {example.failure}"),
            *diagnosed(report.diagnosis),
            tag("h3", "The smallest example" if example.smallest else "An example"),
            code(example.problem.code(), "The example, as a program"),
        ]
        return (tag("section", *shown, class_="wrong", id="wrong"),)
    if not verification.idle:
        return ()
    listed = (tag("li", name) for name in verification.idle)
    return (tag("section", tag("h2", "Not exercised"), tag("ul", *listed), class_="wrong", id="wrong"),)


def diagnosed(diagnosis: Diagnosis | None) -> tuple[Html, ...]:
    """What the diagnosis says, and its map."""
    if diagnosis is None:
        return ()
    told = tag("p", unbroken(str(diagnosis)), class_="diagnosis")
    if not diagnosis.maps:
        return (told,)
    alt = f"Map over loss step and step of use for each wrong block. {diagnosis}"
    return told, picture("diagnosis", partial(draw_diagnosis, diagnosis=diagnosis), alt)


# Properties, oracles, exercise.


def properties(verification: Verification, known: Sequence[Property] = ASKED_OF_RNN) -> tuple[Html, ...]:
    """Every row under every truncation, the rows of one property together."""
    policies = verification.policies
    by_name: dict[str, list[Row]] = {}
    for row in verification.rows:
        by_name.setdefault(row.name, []).append(row)
    bodies: list[list[list[str]]] = []
    for check in known:
        names = [name for name in check.rows if name in by_name]
        heading = Html(tag("span", check.name) + small(check.claim))
        if len(names) > 1:
            lines = [
                [name.removeprefix(f"{check.name} "), *_cells(by_name.pop(name), policies)] for name in names
            ]
            bodies.append([[heading], *lines])
        elif names:
            bodies.append([[heading, *_cells(by_name.pop(names[0]), policies)]])
    bodies.append([[name, *_cells(rows, policies)] for name, rows in by_name.items()])
    return (
        tag("h2", "Properties"),
        tag(
            "p",
            "What must hold of an engine, under every truncation. Each entry: the cases that decided it, and "
            "in how many of them the truth (of the block, if the row is about one) was not zero, since "
            "agreement with zero shows little.",
        ),
        table(
            "Properties of the vanilla cell, by truncation",
            ["property", *policies],
            *(body for body in bodies if body),
            kind="properties",
        ),
    )


def _cells(rows: Sequence[Row], policies: Sequence[str]) -> list[Html]:
    by_policy = {row.truncation: row for row in rows}
    return [_cell(by_policy[policy]) if policy in by_policy else Html("") for policy in policies]


def _cell(row: Row) -> Html:
    kind = _KINDS[row.verdict]
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
            status(_KINDS[row.verdict], row.verdict),
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
    for entry in CONTRACT:
        met = verification.seen.get(entry.name, 0)
        number = tag("b", f"{met:,}") if met >= LEAST else status("idle", f"{met}, needed {LEAST}")
        counts.append(tag("li", tag("span", unbroken(entry.name)), number))
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


# Detection, mutants, specimen.


def detection(found: Detection | None) -> tuple[Html, ...]:
    """How small a planted error is seen, by this suite and by its peers."""
    heading = tag("h2", "Detection")
    if found is None:
        return heading, missing("detection")
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
    shares = [
        [
            share.activation,
            f"{share.nonzero:,}",
            shown(share.determined / share.nonzero if share.nonzero else None),
        ]
        for share in found.shares
    ]
    total = ["all", f"{sum(share.nonzero for share in found.shares):,}", shown(found.determined)]
    yield table(
        "Lags that the problems determine to 1e-9",
        ["activation", "not zero", "determined"],
        shares,
        [total],
        kind="numbers",
    )
    if found.accuracy:
        rows = [
            [
                f"{row.dtype}, {row.who}",
                f"{row.blocks:,}",
                *(f"{number:.2f}" for number in row.units),
                *(f"{number:.1e}" for number in row.relative),
            ]
            for row in found.accuracy
        ]
        parts = ("median", "99th percentile", "largest")
        yield table(
            "Error against the truth at working precision, in units of Y + u A and relative",
            ["computation", "blocks", *parts, *(f"{part}, relative" for part in parts)],
            rows,
            kind="numbers",
        )
    if found.alarms is not None:
        alarms = found.alarms
        kind = "bad" if alarms.failures else "good"
        yield tag(
            "p",
            status(kind, f"{alarms.failures:,} false alarms"),
            f" in {alarms.cases:,} problems, {alarms.decided:,} judgements of the right engine.",
        )


def mutants(found: Mapping[str, Any] | None) -> tuple[Html, ...]:
    """Who was caught, who survived, and each wrong line beside the right one."""
    heading = tag("h2", "Mutants")
    if found is None:
        return heading, missing("mutants")
    survivors = found["survivors"]
    kind = "bad" if survivors or found.get("accused") else "good"
    told = [
        tag(
            "p",
            status(kind, f"{found['killed']} of {found['total']} wrong engines caught"),
            f", each by the property it names; {found['equivalent']} edits that are no fault, "
            f"{len(found.get('accused', ()))} of them accused.",
        )
    ]
    if survivors:
        told.append(tag("p", status("bad", "Survived: "), ", ".join(survivors)))
    return heading, *told, *(_mutant(mutant) for mutant in found.get("catalogue", ()))


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
        inside += [tag("p", str(mutant["failure"])), code(mutant["example"], "An example, as a program")]
    summary = tag("summary", tag("span", mutant["name"]), judged, small(mutant["story"]))
    return tag("details", summary, *inside)


def specimen(found: Mapping[str, Any] | None) -> tuple[Html, ...]:
    """The article's published rule, and why it is refuted."""
    heading = tag("h2", "Specimen")
    if found is None:
        return heading, missing("article")
    kind = _KINDS.get(found["verdict"], "idle")
    return (
        heading,
        tag("p", "The article's rule, on its own architecture: ", status(kind, found["verdict"]), "."),
        tag("ol", *(tag("li", reason) for reason in found["reasons"])),
    )


# The sine, and what it all ran on.


def sine(report: Report) -> tuple[Html, ...]:
    """The trainings, which begin only once the gradients hold."""
    heading, budget, long = tag("h2", "Sine"), report.budget, report.sine
    if long is None:
        holds = report.verdict == "verified"
        because = "" if holds else " Before the gradients hold it would prove nothing."
        return heading, tag("p", f"No training.{because}", class_="absent")
    runs = [run for run in (budget, long) if run is not None]
    figures = {
        **{
            f"this network, {run.recipe.epochs} epochs, {run.recipe.truncation}": run.validation_rmse
            for run in runs
        },
        "the article, as published": PUBLISHED_RMSE,
        **long.baselines,
        f"free run, {len(long.free[0]):,} steps on its own predictions": long.free_run_rmse,
    }
    return (
        heading,
        tag("p", "Trained with the verified gradients, on the article's task: the next value of a sine."),
        table(
            "RMSE on the 50 validation windows, and of the free run",
            ["predictor", "RMSE"],
            [[name, f"{value:.3g}"] for name, value in figures.items()],
            kind="numbers",
        ),
        picture(
            "sine",
            partial(draw_sine, sine=long),
            f"Four charts of the longer training: prediction one step ahead on the validation windows, RMSE "
            f"{long.validation_rmse:.1e}; losses by epoch; the end of the free run, RMSE "
            f"{long.free_run_rmse:.1e}; and the error of the free run by step.",
        ),
    )


def environment() -> tuple[Html, ...]:
    """What the run depends on."""
    rows = [[name, version] for name, version in versions().items()]
    return tag("h2", "Versions"), table("What this run depends on", ["software", "version"], rows)


# Pictures.

# Drawn in colours that read on white and on near-black alike; the ink is replaced by the page's own.
_INK = "#010203"
_LINES = ("#2f7fc1", "#c8741c", "#2f9560", "#cf4a5c", "#8465c4")


def picture(name: str, draw: Callable[[Path], object], alt: str) -> Html:
    """What ``draw(path)`` draws, as SVG in the page; ``name`` keeps its ids apart from other pictures'."""
    import matplotlib
    from matplotlib.rcsetup import cycler

    ink = ("text.color", "axes.labelcolor", "axes.edgecolor", "axes.titlecolor", "xtick.color", "ytick.color")
    look: Any = dict.fromkeys(ink, _INK) | {
        "axes.prop_cycle": cycler(color=_LINES),
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "legend.facecolor": "none",
        "svg.fonttype": "none",
        "svg.hashsalt": name,
    }
    with tempfile.TemporaryDirectory() as folder, matplotlib.rc_context(look):
        path = Path(folder) / f"{name}.svg"
        draw(path)
        drawn = path.read_text("utf-8")
    figure = tag("figure", Html(_inlined(drawn, name, alt)))
    return scrolling(figure, f"Picture: {name}")


def _inlined(svg: str, name: str, alt: str) -> str:
    """The text of an SVG file as an element: no header, no namespace, no style sheet, ids of its own."""
    _, start, rest = svg.partition("<svg")
    rest = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", rest, flags=re.DOTALL)
    rest = re.sub(r' xmlns(:\w+)?="[^"]*"', "", rest)
    rest = re.sub(r' (width|height)="[\d.]+pt"', "", rest, count=2)
    rest = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", rest)
    rest = re.sub(r"font: (bold )?([\d.]+)px [^;\"]*", r"font: \g<1>\g<2>px var(--sans)", rest)
    rest = re.sub(r"font-family: [^;\"]*", "font-family: var(--sans)", rest)
    rest = rest.replace(_INK, "currentColor")
    return f'{start} role="img" aria-label="{html.escape(alt)}"{rest}'


_HEAD = """
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Verification report</title>
"""

_STYLE = """
:root {
  --paper: #fff; --ink: #1b1e22; --soft: #59616a; --rule: #d9dde2; --shade: #f5f6f8;
  --good: #17703d; --bad: #b3261e; --idle: #7d5200; --link: #1f5fa8;
  --sans: system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --ink: #e3e6e9; --soft: #a1a9b1; --rule: #343a41; --shade: #1c2024;
    --good: #74cb97; --bad: #ff9388; --idle: #e2b564; --link: #8dbcf2;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0 auto; padding: 3rem 1.5rem 5rem; max-width: 62rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.55 var(--sans); font-variant-numeric: tabular-nums;
}
p, ol, ul { max-width: 44rem; margin: .6rem 0; overflow-wrap: anywhere; }
h1 { margin: .2rem 0 .4rem; font-size: 2.6rem; line-height: 1.15; font-weight: 650; letter-spacing: -.02em; }
h2 { margin: 3.5rem 0 .5rem; font-size: 1.35rem; line-height: 1.3; font-weight: 650; }
h3 { margin: 1.6rem 0 .4rem; font-size: 1rem; }
small, .facts, .kicker, .absent { color: var(--soft); }
small { font-size: .86em; }
a { color: var(--link); text-underline-offset: .2em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.kicker { margin: 0; }
.lead { margin: 0; font-size: 1.15rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .idle { color: var(--idle); }
.bad { font-weight: 600; }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; margin: 1.6rem 0 0; padding: .7rem 0;
  border-block: 1px solid var(--rule); }
nav a { text-decoration: none; } nav a:hover { text-decoration: underline; }
.wrong { margin: 2rem 0; padding: 0 0 0 1.4rem; border-left: 3px solid var(--bad); }
.wrong h2 { margin-top: 0; }
.wide { overflow-x: auto; margin: 1rem 0 1.6rem; }
table { border-collapse: collapse; font-size: .93rem; }
caption { padding: 0 0 .5rem; text-align: left; color: var(--soft); }
th, td { padding: .28rem 1.4rem .28rem 0; text-align: left; vertical-align: baseline; font-weight: 400; }
thead th { border-bottom: 1px solid var(--ink); font-weight: 600; vertical-align: bottom; }
tbody { border-bottom: 1px solid var(--rule); }
.properties { width: 100%; } .properties td { white-space: nowrap; }
.properties tbody th small { display: block; min-width: 11rem; }
.properties td small { margin-left: .45em; }
.properties .group th { padding-top: .8rem; }
.properties .group ~ tr th { padding-left: 1.2rem; }
.properties tbody th > span, .oracles tbody th { font-weight: 600; }
.numbers td, .oracles td:nth-child(n + 3), .counts li > :last-child { white-space: nowrap; }
.numbers td, .numbers thead th + th { text-align: right; padding: .28rem 0 .28rem 1.8rem; }
.numbers thead th + th { min-width: 6.5rem; }
.numbers tbody th { white-space: nowrap; }
.numbers thead small { display: block; font-weight: 400; }
.counts { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 0 2.5rem;
  max-width: none; padding: 0; list-style: none; }
.counts li { display: flex; justify-content: space-between; gap: 1rem; padding: .18rem 0;
  border-bottom: 1px solid var(--rule); }
.counts b { font-weight: 600; }
code, pre { font-family: var(--mono); font-size: .87em; }
pre { margin: 0; padding: .9rem 1.1rem; background: var(--shade); width: max-content; min-width: 100%; }
p code { padding: .1em .3em; background: var(--shade); }
details { border-bottom: 1px solid var(--rule); }
summary { padding: .45rem 0; cursor: pointer; }
summary > span + span { margin-left: 1rem; font-size: .9rem; }
summary > span:first-child { font-weight: 600; }
summary small { display: block; padding-left: 1.05rem; }
details > :not(summary) { margin-left: 1.05rem; }
li { margin: .35rem 0; }
figure { margin: 0; min-width: 40rem; }
svg { display: block; width: 100%; height: auto; stroke-linejoin: round; stroke-linecap: butt; }
@media (max-width: 34rem) { body { padding: 1.6rem 1rem 3rem; } h1 { font-size: 2.1rem; } }
@media print { body { max-width: none; padding: 0; } nav { display: none; } .wide { overflow: visible; } }
"""
