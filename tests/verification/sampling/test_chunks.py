"""Borders of chunks are in a sample of who says that it computes in chunks."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import claimed
from verification.adapters import layer, step
from verification.models import scan
from verification.models.case import random_case
from verification.sampling.admitting import admits
from verification.sampling.at_random import AtRandom
from verification.sampling.chunks import borders, chunk_of, known
from verification.sampling.conditions import conditions
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import cases
from verification.sampling.sample import in_floats
from verification.sampling.scope import Scope


def claim_of(adapter=layer, **said):
    return claimed(scan, Scope(**said), adapter)


@pytest.mark.parametrize(
    ("chunk", "steps"), [(64, (63, 64, 65, 128, 150)), (2, (1, 2, 3, 4, 5)), (3, (2, 3, 4, 6, 8))]
)
def test_steps_stand_around_the_borders(chunk, steps):
    """One less than a chunk, one, one more, two, and two with a part of a third."""
    assert tuple(count for _, count, of in borders(claim_of(chunk=chunk)) if of == chunk) == steps


def test_what_is_beyond_a_claim_is_no_border():
    """Nor is anything of who has no chunks; of who compiles for each shape few are."""
    assert [*borders(claim_of())] == []
    assert [count for _, count, _ in borders(claim_of(chunk=8, steps=(8, 16)))] == [8, 9, 16]
    assert [count for _, count, _ in borders(claim_of(chunk=8, compiled=True))] == [9, 16]


def test_each_is_a_number_of_steps_of_the_sample():
    """Beside every level of what else there is, in pairs, unless it is one of the classes' numbers."""
    assert conditions(scan, claim_of(chunk=64))["T"] == ((512, 512), (150, 150))
    claim = claim_of(chunk=48)
    some = ((47, 47), (48, 48), (49, 49), (96, 96), (113, 113))
    assert conditions(scan, claim)["T"] == ((512, 512), *some)
    rows = in_floats(scan, claim).rows(2)
    for steps, _ in some:
        beside = {each for row in rows if row.sizes["T"] == steps for each in row.levels.items()}
        assert {("type", name) for name in claim.dtypes} <= beside
        assert {("losses", name) for name in ("outputs", "final state")} <= beside
    assert conditions(scan, claim_of(chunk=8, compiled=True))["T"] == ((9, 9), (16, 16))
    # 17 steps are a level already.
    assert conditions(scan, claim_of(chunk=16, compiled=True))["T"] == ((32, 32),)


def test_each_chunk_that_a_forward_takes_is_run_at_its_borders():
    claim = claim_of(chunks=(5, 2))
    made = in_floats(scan, claim)
    rows = made.rows(2)
    met = {(row.sizes["T"], row.levels["chunk"]) for row in rows}
    assert {(count, of) for _, count, of in borders(claim)} <= met
    for row in rows[:2]:
        assert made.make(row, np.random.default_rng(0)).chunk == row.levels["chunk"]


def test_each_chunk_is_drawn():
    """By Hypothesis and at random; the smallest where a case says nothing."""
    claim, rng = claim_of(chunks=(5, 2), steps=(1, 16), records=(1, 3)), np.random.default_rng(0)
    at_random = AtRandom(in_floats(scan, claim))
    for some in (all_drawn(cases(scan, claim), "0", 6), [at_random.case(rng) for _ in range(6)]):
        assert {case.chunk for case in some} == {2, 5}
        assert all(admits(claim, case) for case in some)
        assert not any(admits(claim_of(), case) for case in some)
    case = random_case(scan, rng, {"H": 1})
    assert (chunk_of(claim, case), chunk_of(claim, replace(case, chunk=5))) == (2, 5)
    assert (chunk_of(claim_of(chunk=7), case), chunk_of(claim_of(), case)) == (7, None)


def test_it_is_said_in_the_scope():
    """And no step is given a chunk."""
    assert "in chunks of 64 steps" in claim_of(chunk=64).in_words()
    assert "in chunks of 2 or 5 steps, as it is told" in claim_of(chunks=(5, 2)).in_words()
    claims = claim_of(chunk=64), claim_of(chunks=(5, 2)), claim_of()
    assert [*map(known, claims)] == [(64,), (2, 5), ()]
    refusal = r"^scope: chunks: \(2,\), needed None: this adapter tells an engine of"
    with pytest.raises(ValueError, match=refusal):
        claim_of(step, chunks=(2,))
