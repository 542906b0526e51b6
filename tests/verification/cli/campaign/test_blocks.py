"""Blocks: every case is in one of them, and is drawn from its id alone."""

import pytest

from verification.cli.campaign.blocks import CASES, CaseId, SeededBlock, blocks, count, size_of


@pytest.mark.parametrize("cases", [1, CASES - 1, CASES, CASES + 1, 7 * CASES + 3])
def test_every_case_is_in_one_block(cases):
    """As many as are asked for; all blocks but the last are whole, so that more cases keep them."""
    made = list(blocks(3, cases))
    assert [block.index for block in made] == list(range(count(cases)))
    assert sum(block.size for block in made) == cases
    assert {block.size for block in made[:-1]} <= {CASES}
    assert [size_of(block.index, cases) for block in made] == [block.size for block in made]
    assert size_of(count(cases), cases) == 0
    assert list(blocks(3, cases, 2)) == made[2:]


def test_an_id_draws_the_same_and_no_other_does():
    """A case depends on seed, block and number, and on nothing that was drawn before."""
    ids = [case for seed in (0, 1) for block in (0, 1) for case in SeededBlock(seed, block, 2).cases()]
    drawn = {case: case.rng().integers(2**63) for case in ids}
    assert len(set(drawn.values())) == len(ids) == 8
    assert {case: case.rng().integers(2**63) for case in reversed(ids)} == drawn
    assert str(CaseId(5, 2, 7)) == "5-2-7"
