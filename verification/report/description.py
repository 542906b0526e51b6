"""The description of a judgement from which text and pages are made."""

from typing import Any

from verification.diagnosis.diagnosis import Diagnosis
from verification.judging.judgement import Judgement


def described(found: Judgement) -> dict[str, Any]:
    """What they show, as plain values; ``seconds`` to the millisecond."""
    diagnosis, example = found.diagnosis, found.example
    sizes = {"drawn": found.drawn, "designed or fixed": found.fixed}
    return {
        "model": found.model,
        "verdict": found.verdict,
        "word": found.word,
        "headline": found.headline,
        "scope": found.scope,
        "seed": found.seed,
        "secret": found.secret or None,
        "repeated_by": found.repeated_by or None,
        "seconds": round(found.seconds, 3),
        "cases": found.cases,
        "informative": found.informative,
        "beside": found.beside,
        "milestones": [str(each) for each in found.milestones],
        "ended": found.ended or None,
        "least_met": list(found.least_met),
        "not_checked": list(found.not_checked),
        "remarks": list(found.remarks),
        "seen": dict(found.seen),
        "missing": list(found.missing),
        "declined": dict(found.declined),
        "coverage": [str(each) for each in found.coverage],
        "sizes": {
            kind: ", ".join(f"{name} {size}" for name, size in largest.items())
            for kind, largest in sizes.items()
            if largest
        },
        "diagnosis": diagnosis and {"blocks": list(diagnosis.blocks), "sentence": diagnosis.sentence},
        "unsaid": _unsaid(diagnosis),
        "example": example
        and {
            "title": f"{example.in_words()[0].upper()}{example.in_words()[1:]}",
            "property": example.property,
            "failure": example.failure,
            "code": example.code,
        },
    }


def _unsaid(diagnosis: Diagnosis | None) -> str | None:
    """What is computed instead, if the diagnosis has no sentence that says so."""
    if diagnosis is None or diagnosis.as_if is None or diagnosis.as_if in diagnosis.sentence:
        return None
    return diagnosis.as_if
