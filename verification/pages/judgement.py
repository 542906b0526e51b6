"""The page of a judgement: the verdict, the scope, what is wrong, and every block under every property."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from verification.asked.model import Block, Model, Use
from verification.files import write_text
from verification.judging.properties import PROPERTIES
from verification.judging.run import LEAST, Judgement, Row
from verification.pages.document import asked, document, environment
from verification.pages.markup import KINDS, SIGNS, Html, legend, program, scrolling, status, tag
from verification.wrapping import unbroken

SAID = {
    "verified": "Every claimed gradient is right, and all that must be seen was seen.",
    "refuted": "A property is refuted.",
    "not exercised": "Neither pass nor fail: not everything that must be seen was seen.",
}

# What a cell says where a property has nothing to ask of a part.
NOT_ASKED = "·"


def write(path: Path, found: Judgement, model: Model | None = None) -> None:
    """The page as a file."""
    write_text(path, page(found, model))


def page(found: Judgement, model: Model | None = None) -> str:
    """The whole page; ``model`` says what its blocks mean."""
    sections = {"properties": properties(found, model)}
    if found.example is not None:
        sections["example"] = example(found)
    sections |= {"exercise": exercise(found), "versions": environment()}
    return document(verdict(found), (), sections)


def verdict(found: Judgement) -> tuple[Html, ...]:
    """The verdict, what is wrong in a sentence, and what was asked."""
    diagnosis = found.diagnosis
    sentence = SAID[found.verdict] if diagnosis is None else unbroken(diagnosis.sentence)
    as_if = None if diagnosis is None else diagnosis.as_if
    return (
        tag("p", f"Judgement of a backward for the model {found.model}", class_="kicker"),
        tag("h1", status(KINDS[found.verdict], found.verdict.capitalize())),
        tag("p", sentence, class_="lead"),
        *(() if as_if is None else (tag("p", "As if ", unbroken(as_if), "."),)),
        asked(found.scope, found.not_asked),
        tag(
            "p",
            f"{found.cases:,} cases, of which {found.live:,} are live · seed {found.seed} · "
            f"{found.seconds:.1f} s",
            class_="facts",
        ),
    )


def properties(found: Judgement, model: Model | None) -> tuple[Html, ...]:
    """Every part of the answer under every property."""
    names = [
        *PROPERTIES,
        *dict.fromkeys(row.property for row in found.rows if row.property not in PROPERTIES),
    ]
    blocks = () if model is None else model.blocks
    head = tag("tr", tag("th", "", scope="col"), *(tag("th", tag("span", n), scope="col") for n in names))
    body = (
        tag("tr", tag("th", part or "the call", scope="row"), *(_cell(found, name, part) for name in names))
        for part in _parts(found, blocks)
    )
    caption = "Blocks and other parts of the answer, by property"
    matrix = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body), class_="matrix")
    return (
        tag("h2", "Properties"),
        *_early(found),
        legend(
            (SIGNS["good"], "holds: the cases, and in small those whose truth is determined and not zero"),
            (SIGNS["bad"], "refuted: the cases, of how many"),
            (SIGNS["idle"], f"not exercised: it held, but the small number is below {LEAST}"),
            (NOT_ASKED, "not asked"),
        ),
        scrolling(matrix, caption),
        legend(*_meanings(names)),
        legend(*_described(found, blocks)),
    )


def _early(found: Judgement) -> Iterator[Html]:
    if found.verdict == "refuted":
        yield tag("p", "The run ended soon after the first refutation, so the counts are small.")


def _parts(found: Judgement, blocks: Sequence[Block]) -> list[str]:
    """The matrix's rows: what the forward returns, the model's blocks, and what else a property is about."""
    forward = _forward(found)
    named = [block.name for block in blocks if block.use is not Use.READOUT or _rows(found, block.name)]
    known = {name for part in (*forward, *named) for name in _names(part)}
    return [*forward, *named, *dict.fromkeys(row.part for row in found.rows if row.part not in known)]


def _forward(found: Judgement) -> list[str]:
    """What the forward returns."""
    return [row.part for row in found.rows if row.property == "forward" and row.part]


def _names(part: str) -> tuple[str, str]:
    """What a part is called as an array that is given or returned, and as a gradient."""
    return part, f"d_{part}"


def _rows(found: Judgement, part: str, name: str | None = None) -> list[Row]:
    return [row for row in found.rows if row.part in _names(part) and name in (None, row.property)]


def _cell(found: Judgement, name: str, part: str) -> Html:
    rows = _rows(found, part, name)
    if not rows:
        return tag("td", NOT_ASKED, class_="absent")
    cases, evidence, failures = (max(getattr(r, n) for r in rows) for n in ("cases", "evidence", "failures"))
    kind = "bad" if failures else "good" if evidence >= LEAST else "idle"
    counts = (f"{failures:,}", f"/{cases:,}") if failures else (f"{cases:,}", f"{evidence:,}")
    return tag("td", tag("span", SIGNS[kind]), *(tag("span", count) for count in counts), class_=kind)


def _meanings(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        if name in PROPERTIES:
            yield name, (PROPERTIES[name].__doc__ or "").partition("\n")[0]


def _described(found: Judgement, blocks: Sequence[Block]) -> Iterator[tuple[str, str]]:
    shown, forward = _parts(found, blocks), _forward(found)
    for part in forward:
        yield part, "what the forward returns"
    for block in blocks:
        if block.name in shown:
            shape = f"({', '.join(block.axes)})"
            gates = f", stacked {', '.join(block.parts)}" if block.parts else ""
            yield block.name, f"{block.meaning or block.use.value} {shape}{gates}"
    for part in shown:
        if part not in forward and part not in [block.name for block in blocks]:
            yield (part, "an array that is given") if part else ("the call", "any answer at all")


def example(found: Judgement) -> tuple[Html, ...]:
    """The case that shows what is wrong, as a program."""
    shown = found.example
    assert shown is not None  # or there is no such section
    return (
        tag("h2", "The smallest example" if shown.smallest else "An example"),
        tag("p", tag("strong", shown.property), f": {shown.failure}"),
        program(shown.code, "The example, as a program"),
    )


def exercise(found: Judgement) -> tuple[Html, ...]:
    """What the live cases met, and what they did not."""
    met = [tag("li", tag("span", unbroken(n)), tag("b", f"{count:,}")) for n, count in found.seen.items()]
    missing = [tag("li", tag("span", unbroken(n)), status("idle", "too seldom")) for n in found.missing]
    return (
        tag("h2", "Exercise"),
        tag(
            "p",
            f"How often the {found.live:,} live cases met what a run must have seen. A case is live if it "
            "determines a gradient that is not zero.",
        ),
        tag("ul", *met, *missing, class_="counts"),
    )
