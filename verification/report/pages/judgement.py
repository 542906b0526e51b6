"""The page of a judgement: the verdict, the scope, what is wrong, and every block under every property."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from verification.judging.judgement import Judgement, PartResult
from verification.models.model import Block, Model, Use
from verification.properties.findings import BY_NAME
from verification.properties.gradients import FORWARD
from verification.report.description import described
from verification.report.pages import rendering
from verification.report.pages.maps import where
from verification.report.pages.rendering import KINDS, NOT_CHECKED, SIGNS, parts, scope_entries, short
from verification.report.text import versions
from verification.sampling.draws import TIMES
from verification.text import counted

SAID = {
    "verified": "Every claimed gradient is right, and all that must be seen was seen.",
    "refuted": "A property is refuted.",
    "not exercised": "Neither pass nor fail: not everything that must be seen was seen.",
}


def page(found: Judgement, model: Model | None = None) -> str:
    """The whole page; ``model`` says what its blocks mean."""
    fields = described(found)
    sections = {**first(found), "properties": properties(found, model)}
    if found.seen or found.missing:
        sections["exercise"] = parts("sections.html").exercise(fields)
    sections["versions"] = parts("sections.html").versions(versions())
    return rendering.page(
        kicker=f"Judgement of a backward: {found.model}",
        kind=KINDS[found.word],
        verdict=found.verdict,
        lead=fields["diagnosis"]["sentence"] if fields["diagnosis"] else SAID[found.word],
        as_if=fields["unsaid"],
        checked=scope_entries(fields),
        facts=f"{counted(found.cases, 'case')}, {found.informative:,} informative{found.beside} · "
        f"seed {found.seed}{f' · secret {found.secret}' if found.secret else ''} · {found.seconds:.1f} s",
        instead=found.picture and found.picture.instead,
        sections=sections,
    )


def first(found: Judgement) -> dict[str, str]:
    """For a refuted engine: where it is wrong, and the smallest example."""
    sections = {} if found.picture is None else where(found.picture)
    if example := described(found)["example"]:
        sections["example"] = parts("sections.html").example(example, rendering.program(example["code"]))
    return sections


def properties(
    found: Judgement,
    model: Model | None,
    head: str = "Properties",
    facts: str = "",
    truncations: bool = False,
) -> str:
    """Every part of the answer under every property; with ``truncations`` under each of these as well."""
    met = dict.fromkeys(row.property for row in found.by_part)
    names = dict.fromkeys([*(name for name in BY_NAME if name in met), *met])
    columns = list(_columns(found, () if model is None else model.blocks))
    wrong = _wrong(found)
    made: str = parts("sections.html").properties(
        head,
        facts,
        found.word == "refuted",
        [*_meanings(found), (NOT_CHECKED, "not checked"), ("12k", "12 thousand and some")],
        columns,
        [(name, [_entry(found, name, column, wrong) for column in columns]) for name in names],
        [(name, BY_NAME[name].claim) for name in names if name in BY_NAME],
        "; ".join(f"{block}: {words}" for block, words in found.views.items()),
        by_truncation(found) if truncations else None,
    )
    return made


@dataclass(frozen=True)
class _Column:
    """A column of the matrix, and the parts of findings in it."""

    head: str
    parts: tuple[str, ...]
    meaning: str


def _columns(found: Judgement, blocks: Sequence[Block]) -> Iterator[_Column]:
    """Columns for the forward's parts, the model's blocks, and other arrays that a property is about.

    A given array and its gradient share a column.
    """
    met = dict.fromkeys(row.part for row in found.by_part)
    forward = [row.part for row in found.by_part if row.property == FORWARD.name and row.part]
    shown = [each for each in blocks if each.use is not Use.READOUT or {*_both(each.name)} & {*met}]
    if "" in met:
        yield _Column("call", ("",), "the call as a whole: whether it answers as agreed")
    for part in forward:
        yield _Column(part, _both(part), "what the forward returns")
    for block in shown:
        yield _Column(block.name, _both(block.name), _described(block))
    known = {"", *(name for part in (*forward, *(each.name for each in shown)) for name in _both(part))}
    others = tuple(part for part in met if part not in known)
    if blocks and others:
        yield _Column("others", others, f"other arrays: {', '.join(others)}")
    for part in () if blocks else others:
        yield _Column(part, (part,), "a part of the answer, or an array that is given")


def _both(part: str) -> tuple[str, str]:
    return part, f"d_{part}"


def _described(block: Block) -> str:
    gates = f", stacked {', '.join(block.parts)}" if block.parts else ""
    return f"{block.meaning or block.use.value} ({', '.join(map(str, block.axes))}){gates}"


def _meanings(found: Judgement) -> Iterator[tuple[str, str]]:
    """The signs in this judgement's matrix, with their meanings."""
    yield SIGNS["good"], "holds: the cases, and in small those whose truth is determined and not zero"
    if found.word == "refuted":
        yield SIGNS["bad"], "refuted: the cases, of how many"
        elsewhere = "not refuted here, and known to be wrong: by another row, or by the sentence"
        yield SIGNS["elsewhere"], elsewhere
    idle = f"held, and shows little: the small number is below {TIMES}, and not all of the cases"
    yield SIGNS["idle"], idle


def _wrong(found: Judgement) -> frozenset[str]:
    """The parts that are known to be wrong, and their gradients: those that a property or the diagnosis
    names.
    """
    named = () if found.diagnosis is None else (*found.diagnosis.blocks, *found.diagnosis.also)
    refuted = (row.part.removeprefix("d_") for row in found.rows if row.failures)
    return frozenset(each for part in (*named, *refuted) for each in _both(part))


def _entry(
    found: Judgement, name: str, column: _Column, wrong: frozenset[str]
) -> tuple[str, tuple[str, ...]]:
    """The kind of an entry, and its counts."""
    rows = [row for row in found.by_part if row.property == name and row.part in column.parts]
    if not rows:
        return "absent", ()
    cases, evidence, failures = (max(getattr(r, n) for r in rows) for n in ("cases", "evidence", "failures"))
    if failures:
        return "bad", (short(failures), f"/{short(cases)}")
    # A property that is checked once or twice in a run has then shown all that it can.
    holds = "good" if evidence >= min(TIMES, cases) else "idle"
    kind = "elsewhere" if any(row.part in wrong for row in rows) else holds
    return kind, (short(cases), short(evidence))


def by_truncation(found: Judgement) -> dict[str, Any] | None:
    """The head and the bodies of a table: every part of every property under each kind of truncation."""
    kinds = found.truncations
    if len(kinds) < 2:
        return None
    cell = parts("sections.html").cell
    rows: dict[tuple[str, str], dict[str, PartResult]] = {}
    for row in found.rows:
        rows.setdefault((row.property, row.part), {})[row.truncation] = row
    # Parts with equal entries share a row.
    alike: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for (name, part), by_kind in rows.items():
        cells = tuple(cell(by_kind.get(kind)) for kind in kinds)
        alike.setdefault(name, {}).setdefault(cells, []).append(part)
    bodies = [
        [[name], *([", ".join(some), *cells] for cells, some in each.items())] for name, each in alike.items()
    ]
    return {"head": ["property", *kinds], "bodies": bodies}
