"""Models and blocks: what they are, and what none can be."""

import numpy as np
import pytest

from verification.models.model import Block, Use

X = Block("x", ("H",), Use.INPUT)
H = Block("h", ("H",), Use.STATE)


@pytest.mark.parametrize(
    ("block", "bounded", "has_zero", "is_zero"),
    [
        (X, False, True, False),
        (Block("x", ("H",), Use.INPUT, domain=abs), True, True, False),
        (Block("x", ("H",), Use.INPUT, domain=lambda a: abs(a) + 1), True, False, False),
        (Block("x", (), Use.INPUT, below=2), True, True, False),
        (Block("x", ("H",), Use.INPUT, domain=lambda a: a - 1), True, False, False),
        (Block("x", ("H",), Use.INPUT, domain=lambda a: a - a.mean()), True, True, False),
        (Block("h", ("H",), Use.STATE, domain=np.zeros_like), True, True, True),
    ],
)
def test_a_block_may_have_some_numbers_alone(block, bounded, has_zero, is_zero):
    assert (block.bounded, block.has_zero, block.is_zero) == (bounded, has_zero, is_zero)
