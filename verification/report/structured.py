"""A judgement for programs, as JSON values: ``judgement.schema.json`` describes them.

Codes stand beside sentences, which may change at any time. All that depends on how fast the machine is stands
under "times": the same engine, seed and secret give the same values otherwise.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from verification.diagnosis.lag_map import LagMap
from verification.diagnosis.picture import GotAgainstWant, Picture
from verification.diagnosis.seen_in import facts
from verification.diagnosis.stages import Diagnosis
from verification.judging.judgement import Example, Judgement, PartResult, verdict_of
from verification.judging.standing import Milestone, Refutation
from verification.models.case import name_of

# Counts the changes after which a program that reads an older one has to be changed.
VERSION = 1

SCHEMA = Path(__file__).with_name("judgement.schema.json")


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of a result."""
    found: Mapping[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    return found


def as_json(found: Judgement) -> dict[str, Any]:
    """All of it, numbers as numbers, or as "nan", "inf" and "-inf"."""
    example = found.example
    return {
        "version": VERSION,
        "verdict": found.verdict,
        "model": found.model,
        "scope": found.scope,
        "seed": found.seed,
        "secret": found.secret or None,
        "cases": found.cases,
        "informative": found.informative,
        "calls": dict(found.calls),
        "met": {share.name: round(share.met / share.of, 4) for share in found.shares},
        "ended": found.ended or None,
        "least_met": list(found.least_met),
        "missing": list(found.missing) if found.word == "not exercised" else [],
        "not_checked": list(found.not_checked),
        "remarks": list(found.remarks),
        "properties": [_row(row) for row in found.rows],
        "diagnosis": found.diagnosis and _diagnosis(found.diagnosis),
        "failure": example and _failure(example),
        "example": example and example.code,
        "smallest": None if example is None else not example.larger,
        "larger": (example and example.larger) or None,
        "maps": [*_maps(found.picture)],
        "times": {
            "seconds": round(found.seconds, 3),
            "met": {each.share.name: round(each.seconds, 3) for each in found.milestones},
        },
    }


def _row(row: PartResult) -> dict[str, Any]:
    return {
        "property": row.property,
        "part": row.part,
        "truncation": row.truncation,
        "cases": row.cases,
        "nonzero": row.nonzero,
        "undetermined": row.undetermined,
        "failures": row.failures,
        "verdict": verdict_of(row),
    }


def _diagnosis(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "stage": diagnosis.stage,
        "blocks": list(diagnosis.blocks),
        "parts": list(diagnosis.parts),
        "also": list(diagnosis.also),
        "conditions": list(diagnosis.conditions),
        "mistake": diagnosis.as_if and diagnosis.as_if.code,
        "as_if": diagnosis.as_if,
        "sentence": diagnosis.sentence,
    }


def _failure(example: Example) -> dict[str, Any]:
    """What is wrong on the example, with the numbers; no case is described of a function without a model."""
    case = example.case
    return {
        "property": example.property,
        "part": example.part,
        "sentence": example.failure,
        "sizes": None if case is None else dict(case.sizes),
        "type": None if case is None else name_of(case.dtype),
        "conditions": [] if case is None else [*dict.fromkeys(fact.code for fact in facts(case))],
        "numbers": [_numbers(each) for each in example.numbers],
    }


def _numbers(of: GotAgainstWant) -> dict[str, Any]:
    return {
        "name": of.name,
        "part": of.part,
        "got": [_number(each) for each in of.given],
        "want": [_number(each) for each in of.expected],
        "bound": _number(of.bound),
        "count": of.count,
    }


def _number(number: float) -> float | str:
    """JSON has no numbers that are not finite."""
    return float(number) if np.isfinite(number) else str(float(number))


def _maps(picture: Picture | None) -> Iterator[dict[str, Any]]:
    """The lag map of each case that has one."""
    if picture is None:
        return
    if picture.lags is not None:
        yield {"case": picture.case, **_map(picture.lags)}
    for each in picture.more:
        yield from _maps(each)


def _map(lags: LagMap) -> dict[str, Any]:
    return {
        "losses": list(lags.losses),
        "panels": [
            {
                "block": panel.block,
                "part": panel.part,
                "marks": [[mark.value for mark in row] for row in panel.marks],
                "off": [[_number(each) for each in row] for row in panel.off],
            }
            for panel in lags.panels
        ],
        "right": list(lags.right),
        "unseen": list(lags.unseen),
    }


def of_event(event: Milestone | Refutation) -> dict[str, Any]:
    """What happens in a run."""
    seconds = round(event.seconds, 3)
    if isinstance(event, Milestone):
        return {"event": "met", "share": event.share.name, "cases": event.cases, "seconds": seconds}
    return {
        "event": "refuted",
        "property": event.property,
        "part": event.part,
        "sentence": event.wrong,
        "cases": event.cases,
        "seconds": seconds,
    }


def of_end(found: Judgement) -> dict[str, Any]:
    """The last event of a run."""
    return {"event": "verdict", "verdict": found.verdict, "seconds": round(found.seconds, 3)}
