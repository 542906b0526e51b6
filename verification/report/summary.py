"""What a judged engine came to, in the one form that text and JSON have."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from verification.judging.judgement import Judgement

# Characters of a program that a terminal shows: that of a large case is not for reading.
PROGRAM = 20_000


@dataclass(frozen=True)
class Said:
    """What a diagnosis says: the stage at fault, the wrong blocks, a sentence, and which fault it is like."""

    stage: str | None
    blocks: tuple[str, ...]
    sentence: str
    as_if: str | None


@dataclass(frozen=True)
class Summary:
    """What an engine came to.

    ``diagnosis`` and ``example``, a program that shows the failure, are those of a refuted engine;
    ``smallest``: were smaller ones looked for? ``missing`` is what a run that shows too little has not seen.
    """

    verdict: str
    scope: str
    seconds: float
    cases: int
    informative: int
    not_asked: tuple[str, ...]
    diagnosis: Said | None = None
    example: str | None = None
    smallest: bool = False
    missing: tuple[str, ...] = ()


def of_judgement(found: Judgement) -> Summary:
    """Of a judgement."""
    said, example = found.diagnosis, found.example
    return Summary(
        verdict=found.verdict,
        scope=found.scope,
        seconds=found.seconds,
        cases=found.cases,
        informative=found.informative,
        not_asked=found.not_asked,
        diagnosis=None if said is None else Said(said.stage, said.blocks, said.sentence, said.as_if),
        example=None if example is None else example.code,
        smallest=example is not None and example.smallest,
        missing=found.missing,
    )


def as_json(summary: Summary) -> dict[str, Any]:
    """As JSON values, which are these keys and no others; ``seconds`` to the millisecond."""
    diagnosis = summary.diagnosis
    return {
        "verdict": summary.verdict,
        "scope": summary.scope,
        "seconds": round(summary.seconds, 3),
        "cases": summary.cases,
        "informative": summary.informative,
        "not_asked": list(summary.not_asked),
        "diagnosis": None if diagnosis is None else {**asdict(diagnosis), "blocks": list(diagnosis.blocks)},
        "example": summary.example,
    }


def as_text(summary: Summary) -> str:
    """The verdict, what was asked and what was not, and of a refuted engine what is wrong and where."""
    return "\n".join(_lines(summary))


def _lines(summary: Summary) -> Iterator[str]:
    yield summary.verdict
    yield f"scope: {summary.scope}"
    yield f"not asked: {', '.join(summary.not_asked) or 'nothing'}"
    said = summary.diagnosis
    if said is not None:
        yield f"diagnosis: {said.sentence}"
        if said.as_if is not None and said.as_if not in said.sentence:
            yield f"as if {said.as_if}"
    if summary.verdict == "not exercised":
        yield f"not exercised: {', '.join(summary.missing)}"
    program, kind = summary.example, "smallest example" if summary.smallest else "example"
    if program is not None and len(program) <= PROGRAM:
        yield f"{kind}:\n\n{program}"
    elif program is not None:
        yield f"{kind}: a program of {len(program):,} characters, in the JSON"
    yield f"{summary.cases:,} cases, {summary.informative:,} informative"
