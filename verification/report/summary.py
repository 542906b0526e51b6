"""A judgement in the one form that text and JSON have."""

from collections.abc import Iterator
from typing import Any

from verification.judging.judgement import Judgement

# Characters of a program that a terminal shows: that of a large case is not for reading.
PROGRAM = 20_000


def as_json(found: Judgement) -> dict[str, Any]:
    """As JSON values, these keys and no others; ``seconds`` to the millisecond, ``met`` in shares."""
    diagnosis, example = found.diagnosis, found.example
    described = diagnosis and {
        "stage": diagnosis.stage,
        "blocks": list(diagnosis.blocks),
        "sentence": diagnosis.sentence,
        "as_if": diagnosis.as_if,
    }
    return {
        "verdict": found.verdict,
        "scope": found.scope,
        "seconds": round(found.seconds, 3),
        "cases": found.cases,
        "informative": found.informative,
        "calls": dict(found.calls),
        "met": {share.name: round(share.met / share.of, 4) for share in found.shares},
        "ended": found.ended or None,
        "least_met": list(found.least_met),
        "not_asked": list(found.not_asked),
        "remarks": list(found.remarks),
        "diagnosis": described,
        "example": example and example.code,
    }


def as_text(found: Judgement) -> str:
    """The verdict, what was asked and what was not, and of a refuted engine what is wrong and where."""
    return "\n".join(_lines(found))


def _lines(found: Judgement) -> Iterator[str]:
    yield found.headline
    yield f"scope: {found.scope}"
    yield f"not asked: {', '.join(found.not_asked) or 'nothing'}"
    yield from (f"remark: {each}" for each in found.remarks)
    diagnosis, example = found.diagnosis, found.example
    if diagnosis is not None:
        yield f"diagnosis: {diagnosis.sentence}"
        if diagnosis.as_if is not None and diagnosis.as_if not in diagnosis.sentence:
            yield f"as if {diagnosis.as_if}"
    if found.word == "not exercised":
        yield f"not exercised: {', '.join(found.missing)}"
    if example is not None:
        kind = "smallest example" if example.smallest else "example"
        size = len(example.code)
        shown = (
            f":\n\n{example.code}" if size <= PROGRAM else f": a program of {size:,} characters, in the JSON"
        )
        yield f"{kind}{shown}"
    if found.milestones and found.word != "refuted":
        yield f"met: {'; '.join(str(each) for each in found.milestones)}"
    if found.ended:
        least = f"; least met: {', '.join(found.least_met)}" if found.least_met else ""
        yield f"ended after {found.seconds:.1f} s, {found.ended}{least}"
    yield f"{found.cases:,} cases, {found.informative:,} informative{found.beside}"
