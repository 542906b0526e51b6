"""A stack's step: each level's own, over what the one below has made."""

import pytest

from tests.verification.models.test_equations import stepped
from verification.models import gru, lstm, stack, stacked, vanilla
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Use


def of_level(blocks, model, level):
    """A level's blocks by their names in its own model."""
    return model.named({block.name: blocks.get(f"{block.name}_l{level}") for block in model.blocks}, Use.STEP)


def test_a_step():
    """The LSTM reads x, and the GRU above it the LSTM's new h; the GRU's is what is put out."""
    p, (h, c, h_above), o = stepped(stack, H=3, H_l0=2, D=4)
    f = Namespace(stack.chosen({}), Arithmetic())
    below = lstm.advance(f, of_level(p, lstm, 0), {"xs": p["xs"][:, 0]}, (p["h0_l0"], p["c0_l0"]))
    (above,) = gru.advance(f, of_level(p, gru, 1), {"xs": below[0]}, (p["h0_l1"],))
    assert [array.tolist() for array in (h, c)] == [array.tolist() for array in below]
    assert h_above == pytest.approx(above, rel=1e-15)
    assert o is h_above


def test_blocks_have_the_sizes_of_their_level():
    """D of a level is H of the one below; on top H has no number, for the readout's sake."""
    made = stacked("three", vanilla, lstm, gru)
    assert made.block("U_l1").axes == ("4 H_l1", "H_l0")
    assert made.block("U_l2").axes == ("3 H", "H_l1")
    assert made.block("bn_l2").meaning == "bias of the candidate's recurrent part, level 2"
    assert made.block("V").axes == ("K", "H")
    assert made.dimensions == ("H_l0", "D", "H_l1", "H", "K")
    assert [block.name for block in made.of(Use.STATE)] == ["h0_l0", "h0_l1", "c0_l1", "h0_l2"]
