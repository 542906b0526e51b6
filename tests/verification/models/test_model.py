"""Models and blocks: what they are, and what none can be."""

import pytest

from verification.models.model import Block, Use

X = Block("x", ("H",), Use.INPUT)
H = Block("h", ("H",), Use.STATE)


@pytest.mark.parametrize(
    ("block", "bounded", "has_zero"),
    [
        (X, False, True),
        (Block("x", ("H",), Use.INPUT, domain=abs), True, True),
        (Block("x", ("H",), Use.INPUT, domain=lambda a: abs(a) + 1), True, False),
        (Block("x", (), Use.INPUT, below=2), True, True),
    ],
)
def test_a_block_may_have_some_numbers_alone(block, bounded, has_zero):
    """And zero among them, or not."""
    assert (block.bounded, block.has_zero) == (bounded, has_zero)
