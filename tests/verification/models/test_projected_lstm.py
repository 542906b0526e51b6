"""The LSTM with a projection: its step is the LSTM's, and what is handed on is projected."""

import numpy as np
import pytest

from verification.models import lstm, projected_lstm
from verification.models.functions import Arithmetic, Namespace


def test_a_step(put_out):
    """h′ = R m, where m is what an LSTM hands on whose product with h has the projection before it."""
    p, (h, c), o = put_out(projected_lstm, {"H": 3, "D": 2, "P": 2})
    assert o is h
    f = Namespace(lstm.chosen({}), Arithmetic())
    # Of an LSTM of three units that are handed h as R⁺ h, since R R⁺ = 1.
    lifted = np.linalg.pinv(p["R"])
    blocks = {"U": p["U"], "W": p["W"] @ p["R"], "b": p["b"]}
    named = lstm.named(blocks, *{block.use for block in lstm.blocks})
    m, cell = lstm.advance(f, named, {"xs": p["xs"][:, 0]}, (p["h0"] @ lifted.T, p["c0"]))
    assert c == pytest.approx(cell, rel=1e-12)
    assert h == pytest.approx(m @ p["R"].T, rel=1e-12)
