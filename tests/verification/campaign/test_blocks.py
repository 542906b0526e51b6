"""Blocks: every case is in one of them, and is drawn from its place alone."""

import pytest

from verification.campaign.blocks import CASES, Block, Place, blocks, count, size_of


@pytest.mark.parametrize("cases", [1, CASES - 1, CASES, CASES + 1, 7 * CASES + 3])
def test_every_case_is_in_one_block(cases):
    """As many as are asked for; all blocks but the last are whole, so that more cases keep them."""
    made = list(blocks(3, cases))
    assert [block.index for block in made] == list(range(count(cases)))
    assert sum(block.size for block in made) == cases
    assert {block.size for block in made[:-1]} <= {CASES}
    assert [size_of(block.index, cases) for block in made] == [block.size for block in made]
    assert size_of(count(cases), cases) == 0


def test_a_place_draws_the_same_and_no_other_place_does():
    """A case depends on seed, block and number, and on nothing that was drawn before."""
    places = [Place(seed, block, number) for seed in (0, 1) for block in (0, 1) for number in (0, 1)]
    drawn = {place: place.rng().integers(2**63) for place in places}
    assert len(set(drawn.values())) == len(places)
    assert {place: place.rng().integers(2**63) for place in reversed(places)} == drawn


def test_a_block_knows_its_places():
    """They are told by three numbers."""
    assert str(Block(5, 2).place(7)) == "5-2-7"
