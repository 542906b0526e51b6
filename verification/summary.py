"""What a judged engine came to, in the one form that text and JSON have, whichever suite judged it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from rnn import ACTIVATIONS
from verification import report
from verification.diagnosis import Diagnosis
from verification.judging.judgement import Judgement
from verification.problem import BLOCKS
from verification.strategies import POLICIES
from verification.suite import Verification
from verification.tolerance import WIDER

# What a function Problem -> Gradients is asked, which has no scope of its own.
EVERYTHING = "; ".join(
    (
        f"the vanilla model with {', '.join(ACTIVATIONS)}",
        f"{', '.join(dtype.name for dtype in WIDER)}, integers, Fractions",
        f"truncations {', '.join(POLICIES)}",
        "losses of the last step or of every step",
        "any initial state",
        f"gradients of {', '.join(BLOCKS)}",
    )
)

# Characters of a program that a terminal shows: that of a large case is not for reading.
PROGRAM = 20_000

# And what it is not, of which only the last is asked of rnn.
NEVER_ASKED = ("other lengths than all records'", "cotangents of one's own", "policies of one's own")


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
    live: int
    not_asked: tuple[str, ...]
    diagnosis: Said | None = None
    example: str | None = None
    smallest: bool = False
    missing: tuple[str, ...] = ()


def of_judgement(found: Judgement) -> Summary:
    """Of what a door returned."""
    said, example = found.diagnosis, found.example
    return Summary(
        verdict=found.verdict,
        scope=found.scope,
        seconds=found.seconds,
        cases=found.cases,
        live=found.live,
        not_asked=found.not_asked,
        diagnosis=None if said is None else Said(said.stage, said.blocks, said.sentence, said.as_if),
        example=None if example is None else example.code,
        smallest=example is not None and example.smallest,
        missing=found.missing,
    )


def of_verification(found: Verification, diagnosis: Diagnosis | None) -> Summary:
    """Of a function ``Problem -> Gradients``, with its diagnosis where it is refuted."""
    said = None
    if diagnosis is not None:
        plain = replace(diagnosis, as_if=())
        said = Said(diagnosis.stage, diagnosis.blocks, str(plain), " or ".join(diagnosis.as_if) or None)
    refuted = report.smallest_failure(found)
    return Summary(
        verdict=found.verdict,
        scope=EVERYTHING,
        seconds=found.seconds,
        cases=found.cases,
        live=found.live,
        not_asked=(*found.declined, *NEVER_ASKED),
        diagnosis=said,
        example=None if refuted is None else refuted[1].code(),
        smallest=refuted is not None and refuted[1].smallest,
        missing=found.idle,
    )


def as_json(summary: Summary) -> dict[str, Any]:
    """As JSON values, which are these keys and no others; ``seconds`` to the millisecond."""
    diagnosis = summary.diagnosis
    return {
        "verdict": summary.verdict,
        "scope": summary.scope,
        "seconds": round(summary.seconds, 3),
        "cases": summary.cases,
        "live": summary.live,
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
    yield f"{summary.cases:,} cases, {summary.live:,} live"
