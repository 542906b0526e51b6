"""What is the LSTM's own. Its derivation is judged in ``test_judged.py`` and ``test_faults.py``."""

import numpy as np
import pytest

from rnn import LSTM, identity, relu, sigmoid, tanh
from rnn.through_time.bptt import unroll

H = 2


@pytest.mark.parametrize("function", [sigmoid, tanh, relu, identity], ids=lambda f: f.name)
def test_a_function_may_overwrite_its_argument(function):
    """The cell state is kept whatever the output's function does with what it is given."""
    cell, rng = LSTM(3, H, output=function), np.random.default_rng(0)
    tape = unroll(cell, cell.init(rng), rng.normal(size=(2, 3, 3)), tuple(rng.normal(size=(2, 2, H))))
    i, f, g = (tape.gates[..., k * H : (k + 1) * H] for k in (0, 1, 3))
    np.testing.assert_allclose(tape.cells[1:], f * tape.cells[:-1] + i * g, rtol=1e-14)


def test_the_forget_gate_starts_open():
    """Its bias is 1, the others' are 0."""
    weights = LSTM(3, H).init(np.random.default_rng(0))
    assert weights.b.tolist() == [0] * H + [1] * H + [0] * 2 * H
    assert [block.shape for block in weights] == [(4 * H, 3), (4 * H, H), (4 * H,)]
