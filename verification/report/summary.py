"""A judgement as the command ``judge`` prints it, and as JSON."""

from collections.abc import Iterator
from typing import Any

from verification.judging.judgement import Judgement
from verification.report.description import described

# Characters of a program that a terminal shows: that of a large case is not for reading.
PROGRAM = 20_000

# Of a description, what the JSON has, in this order.
KEYS = (
    *("verdict", "scope", "seconds", "cases", "informative", "calls", "met", "ended", "least_met"),
    *("not_asked", "remarks", "diagnosis"),
)


def as_json(found: Judgement) -> dict[str, Any]:
    """As JSON values, these keys and no others."""
    told = described(found)
    return {**{key: told[key] for key in KEYS}, "example": told["example"] and told["example"]["code"]}


def as_text(found: Judgement) -> str:
    """The verdict, what was asked and what was not, and of a refuted engine what is wrong and where."""
    return "\n".join(_lines(described(found)))


def _lines(told: dict[str, Any]) -> Iterator[str]:
    yield told["headline"]
    yield f"scope: {told['scope']}"
    yield f"not asked: {', '.join(told['not_asked']) or 'nothing'}"
    yield from (f"remark: {each}" for each in told["remarks"])
    if told["diagnosis"]:
        yield f"diagnosis: {told['diagnosis']['sentence']}"
    if told["unsaid"]:
        yield f"as if {told['unsaid']}"
    if told["word"] == "not exercised":
        yield f"not exercised: {', '.join(told['missing'])}"
    if told["example"]:
        code = told["example"]["code"]
        shown = (
            f"\n\n{code}" if len(code) <= PROGRAM else f" a program of {len(code):,} characters, in the JSON"
        )
        yield f"{'smallest example' if told['example']['smallest'] else 'example'}:{shown}"
    if told["milestones"] and told["word"] != "refuted":
        yield f"met: {'; '.join(told['milestones'])}"
    if told["ended"]:
        least = f"; least met: {', '.join(told['least_met'])}" if told["least_met"] else ""
        yield f"ended after {told['seconds']:.1f} s, {told['ended']}{least}"
    yield f"{told['cases']:,} cases, {told['informative']:,} informative{told['beside']}"
