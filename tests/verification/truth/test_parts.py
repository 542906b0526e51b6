"""The names of what a forward computes."""

from verification.models import lstm
from verification.truth.parts import OUTPUTS, VALUE, final_of


def test_each_part_has_a_name_of_its_own():
    """None is a block's."""
    named = [OUTPUTS, VALUE, *(final_of(block) for block in lstm.blocks)]
    assert len(set(named)) == len(named)
    assert not set(named) & {block.name for block in lstm.blocks}
