"""A judgement: its verdict in one word, and itself in many."""

from dataclasses import replace

import pytest

from verification.diagnosis.stages import Diagnosis
from verification.judging.judgement import Example, Judgement, PartResult
from verification.sampling.ordering import Share

RIGHT = Judgement(
    model="scan",
    scope="all of it",
    seed=0,
    seconds=1.0,
    cases=3,
    informative=2,
    rows=(PartResult("autograd", "x", 3, 2),),
    seen={},
    missing=(),
    not_checked=(),
)


def test_what_is_verified_to_less_than_triples_says_to_what():
    """By the profile's strength, or of a run that ended early; pairs have to be met for it to hold."""
    shares = tuple(Share(n, 4 - n, 3) for n in (1, 2, 3))
    pairs = replace(RIGHT, strength=2, shares=shares)
    assert (pairs.verdict, pairs.headline) == ("verified to pairs", "verified to pairs")
    assert replace(pairs, strength=3).verdict == "verified"
    assert replace(pairs, strength=3, ended="no time was left").verdict == "verified to triples"
    assert replace(RIGHT, strength=4, shares=shares).verdict == "verified"
    early = replace(RIGHT, strength=2, shares=shares, ended="no time was left")
    assert early.headline == "verified to pairs; pairs 67%; triples 33%"
    assert early.holds
    assert not replace(early, strength=1).holds
    assert replace(early, strength=1).verdict == "verified to singles"
    assert replace(RIGHT, strength=1, shares=shares).holds
    assert replace(early, shares=()).verdict == "verified to 3 cases"
    assert replace(RIGHT, strength=1).verdict == "verified"
    assert replace(early, missing=("T = 1",)).headline == "not exercised; pairs 67%; triples 33%"
    assert not replace(early, missing=("T = 1",)).holds


def test_rows_are_summed_over_truncations():
    """Those of one property and part."""
    rows = [PartResult("lags", part, 2, 1, truncation=kind) for part in "UW" for kind in ("Full", "Tail")]
    found = replace(RIGHT, rows=tuple(rows))
    assert [(row.part, row.cases, row.evidence, row.truncation) for row in found.by_part] == [
        ("U", 4, 2, ""),
        ("W", 4, 2, ""),
    ]
    assert (found.truncations, RIGHT.truncations) == (("Full", "Tail"), ())


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ({"N 1": 1}, ", and 1 call of your training: N 1"),
        ({"N 1": 2}, ", and 2 calls of your training: N 1"),
        ({"N 1": 1, "N 2": 2, "N 3": 1}, ", and 4 calls of your training: N 2 (2); N 1 (1); N 3 (1)"),
        (
            dict.fromkeys("abcd", 500),
            ", and 2,000 calls of your training: a (500); b (500); c (500); 1 other shape",
        ),
        (dict.fromkeys("abcde", 1), ", and 5 calls of your training: a (1); b (1); c (1); 2 other shapes"),
    ],
)
def test_calls_of_a_training_are_described_by_three_shapes(calls, words):
    """Those of which there are most; of one shape without its number."""
    assert replace(RIGHT, calls=calls).beside == words
    assert RIGHT.beside == ""


def test_a_judgement_has_a_line_for_what_there_is():
    """Its verdict, remarks, the diagnosis, an example with its program, and what was not exercised."""
    verdict = "scan: verified (all of it; 3 cases, 2 informative)"
    assert str(RIGHT) == verdict
    example = Example(None, "lags", "W", "d_W is wrong", "a program")
    found = replace(RIGHT, remarks=("coarse",), diagnosis=Diagnosis("step", sentence="why"), example=example)
    assert str(found).splitlines() == [
        *(verdict, "remark: coarse", "why"),
        *("lags: d_W is wrong; the smallest example:", "a program"),
    ]
    larger = replace(found, example=replace(example, larger="why"))
    assert "lags: d_W is wrong; an example, not the smallest (why):" in str(larger)
    unmet = replace(RIGHT, missing=("T = 1", "N = 1"))
    assert str(unmet).splitlines()[1:] == ["not exercised: T = 1, N = 1"]
