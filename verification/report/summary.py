"""A judgement as the command ``judge`` prints it."""

from collections.abc import Iterator
from typing import Any

from verification.judging.judgement import Judgement
from verification.report.description import described
from verification.text import counted

# The longest program that a terminal shows; nobody reads that of a large case.
PROGRAM = 20_000


def as_text(found: Judgement) -> str:
    """The verdict, what was checked and what was not, and for a refuted engine what is wrong and where."""
    return "\n".join(_lines(described(found)))


def _lines(fields: dict[str, Any]) -> Iterator[str]:
    yield fields["headline"]
    yield f"scope: {fields['scope']}"
    yield f"not checked: {', '.join(fields['not_checked']) or 'nothing'}"
    yield from (f"remark: {each}" for each in fields["remarks"])
    if fields["diagnosis"]:
        yield f"diagnosis: {fields['diagnosis']['sentence']}"
    if fields["unsaid"]:
        yield f"as if {fields['unsaid']}"
    if fields["word"] == "not exercised":
        yield f"not exercised: {', '.join(fields['missing'])}"
    if fields["example"]:
        code = fields["example"]["code"]
        shown = (
            f"\n\n{code}" if len(code) <= PROGRAM else f" a program of {len(code):,} characters, in the JSON"
        )
        _, _, which = fields["example"]["title"].partition(" ")
        yield f"{which}:{shown}"
    if fields["milestones"] and fields["word"] != "refuted":
        yield f"met: {'; '.join(fields['milestones'])}"
    if fields["ended"]:
        least = f"; least met: {', '.join(fields['least_met'])}" if fields["least_met"] else ""
        yield f"ended after {fields['seconds']:.1f} s, {fields['ended']}{least}"
    if fields["repeated_by"]:
        yield f"the same cases again: {fields['repeated_by']}"
    yield f"{counted(fields['cases'], 'case')}, {fields['informative']:,} informative{fields['beside']}"
