"""The page of a judgement: the verdict, the scope, what is wrong, and every block under every property."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rnn.console.files import write_text
from verification.diagnosis.diagnosis import Diagnosis
from verification.judging.judgement import Judgement
from verification.models.model import Block, Model, Use
from verification.properties.findings import BY_NAME
from verification.properties.gradients import FORWARD
from verification.report.pages.document import asked, document, environment
from verification.report.pages.maps import undrawn, where
from verification.report.pages.markup import KINDS, Html, legend, program, status, tag
from verification.report.pages.matrix import blank, entry, matrix, short, signs
from verification.sampling.draws import TIMES
from verification.text import unbroken

SAID = {
    "verified": "Every claimed gradient is right, and all that must be seen was seen.",
    "refuted": "A property is refuted.",
    "not exercised": "Neither pass nor fail: not everything that must be seen was seen.",
}


def write(path: Path, found: Judgement, model: Model | None = None) -> None:
    """The page as a file."""
    write_text(path, page(found, model))


def page(found: Judgement, model: Model | None = None) -> str:
    """The whole page; ``model`` says what its blocks mean."""
    sections = {**first(found), "properties": properties(found, model)}
    if found.seen or found.missing:
        sections["exercise"] = exercise(found)
    sections["versions"] = environment()
    return document(verdict(found), without_picture(found), sections)


def without_picture(found: Judgement) -> tuple[Html, ...]:
    """Why a refuted engine's page has none."""
    return () if found.picture is None else undrawn(found.picture)


def first(found: Judgement) -> dict[str, tuple[Html, ...]]:
    """What a reader of a refuted engine's page came for: where it is wrong, and the smallest example."""
    sections = {} if found.picture is None else where(found.picture)
    if found.example is not None:
        sections["example"] = example(found)
    return sections


def verdict(found: Judgement) -> tuple[Html, ...]:
    """The verdict, what is wrong in a sentence, and what was asked."""
    diagnosis = found.diagnosis
    sentence = SAID[found.word] if diagnosis is None else unbroken(diagnosis.sentence)
    as_if = _unsaid(diagnosis)
    return (
        tag("p", f"Judgement of a backward: {found.model}", class_="kicker"),
        tag("h1", status(KINDS[found.word], found.verdict.capitalize())),
        tag("p", sentence, class_="lead"),
        *(() if as_if is None else (tag("p", "As if ", unbroken(as_if), "."),)),
        asked(found.scope, found.not_asked, found.remarks),
        tag(
            "p",
            f"{found.cases:,} cases, of which {found.informative:,} are informative{found.beside} · "
            f"seed {found.seed} · {found.seconds:.1f} s",
            class_="facts",
        ),
    )


def properties(found: Judgement, model: Model | None, head: str = "Properties") -> tuple[Html, ...]:
    """Every part of the answer under every property."""
    met = dict.fromkeys(row.property for row in found.by_part)
    names = dict.fromkeys([*(name for name in BY_NAME if name in met), *met])
    columns = list(_columns(found, () if model is None else model.blocks))
    wrong = _wrong(found)
    rows = ((name, [_entry(found, name, column, wrong) for column in columns]) for name in names)
    claims = ((name, BY_NAME[name].claim) for name in names if name in BY_NAME)
    return (
        tag("h2", head),
        *_early(found),
        signs(**_meanings(found)),
        matrix("Properties, by block and other parts", [column.head for column in columns], rows),
        legend(*((column.head, column.meaning) for column in columns)),
        legend(*claims),
        *_views(found),
    )


def _unsaid(diagnosis: Diagnosis | None) -> str | None:
    """What is computed instead, where the sentence does not say so already."""
    if diagnosis is None or diagnosis.as_if is None or diagnosis.as_if in diagnosis.sentence:
        return None
    return diagnosis.as_if


def _views(found: Judgement) -> Iterator[Html]:
    if found.views:
        seen = "; ".join(f"{block}: {words}" for block, words in found.views.items())
        yield tag("p", tag("small", f"What lag by lag sees of each block. {seen}."))


def _early(found: Judgement) -> Iterator[Html]:
    if found.verdict == "refuted":
        yield tag("p", "The run ended soon after the first refutation, so the counts are small.")


@dataclass(frozen=True)
class _Column:
    """A column of the matrix, and the parts of findings that stand in it."""

    head: str
    parts: tuple[str, ...]
    meaning: str


def _columns(found: Judgement, blocks: Sequence[Block]) -> Iterator[_Column]:
    """What the forward returns, the model's blocks, and what else a property is about.

    A part and its gradient stand in one column: the array that is given, and the one that is returned.
    """
    met = dict.fromkeys(row.part for row in found.by_part)
    forward = [row.part for row in found.by_part if row.property == FORWARD.name and row.part]
    asked = [each for each in blocks if each.use is not Use.READOUT or {*_both(each.name)} & {*met}]
    if "" in met:
        yield _Column("call", ("",), "the call as a whole: whether it answers as agreed")
    for part in forward:
        yield _Column(part, _both(part), "what the forward returns")
    for block in asked:
        yield _Column(block.name, _both(block.name), _described(block))
    known = {"", *(name for part in (*forward, *(each.name for each in asked)) for name in _both(part))}
    if blocks:
        others = tuple(part for part in met if part not in known)
        if others:
            yield _Column("others", others, f"other arrays: {', '.join(others)}")
    else:
        for part in met:
            if part not in known:
                yield _Column(part, (part,), "a part of the answer, or an array that is given")


def _both(part: str) -> tuple[str, str]:
    return part, f"d_{part}"


def _described(block: Block) -> str:
    gates = f", stacked {', '.join(block.parts)}" if block.parts else ""
    return f"{block.meaning or block.use.value} ({', '.join(map(str, block.axes))}){gates}"


def _meanings(found: Judgement) -> dict[str, str]:
    """Of the signs that such a judgement's matrix has."""
    refuted = {
        "bad": "refuted: the cases, of how many",
        "elsewhere": "not refuted here, and known to be wrong: by another row, or by the sentence",
    }
    return {
        "good": "holds: the cases, and in small those whose truth is determined and not zero",
        **(refuted if found.verdict == "refuted" else {}),
        "idle": f"held, and shows little: the small number is below {TIMES}, and not all of the cases",
    }


def _wrong(found: Judgement) -> frozenset[str]:
    """The parts that are known to be wrong, and their gradients: a property or the diagnosis names them."""
    named = () if found.diagnosis is None else (*found.diagnosis.blocks, *found.diagnosis.also)
    refuted = (row.part.removeprefix("d_") for row in found.rows if row.failures)
    return frozenset(each for part in (*named, *refuted) for each in _both(part))


def _entry(found: Judgement, name: str, column: _Column, wrong: frozenset[str]) -> Html:
    rows = [row for row in found.by_part if row.property == name and row.part in column.parts]
    if not rows:
        return blank()
    cases, evidence, failures = (max(getattr(r, n) for r in rows) for n in ("cases", "evidence", "failures"))
    if failures:
        return entry("bad", short(failures), f"/{short(cases)}")
    # What is asked once or twice in a run has shown all that it can.
    holds = "good" if evidence >= min(TIMES, cases) else "idle"
    kind = "elsewhere" if any(row.part in wrong for row in rows) else holds
    return entry(kind, short(cases), short(evidence))


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
    """What the informative cases met, and what they did not."""
    met = [tag("li", tag("span", unbroken(n)), tag("b", f"{count:,}")) for n, count in found.seen.items()]
    missing = [tag("li", tag("span", unbroken(n)), status("idle", "too seldom")) for n in found.missing]
    covered = [tag("p", f"The designed sample: {each}.") for each in found.coverage]
    for kind, largest in (("drawn", found.drawn), ("designed or fixed", found.fixed)):
        if largest:
            sizes = ", ".join(f"{name} {size}" for name, size in largest.items())
            covered.append(tag("p", f"Cases that were {kind}: up to {sizes}."))
    return (
        tag("h2", "Exercise"),
        tag(
            "p",
            f"How often the {found.informative:,} informative cases met what a run must have seen. A case is "
            "informative if it determines a gradient that is not zero.",
        ),
        tag("ul", *met, *missing, class_="counts"),
        *covered,
    )
