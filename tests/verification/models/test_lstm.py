"""The LSTM, index by index."""

import math

import pytest

from verification.models import lstm


def test_a_step(stepped, dot, sigmoid):
    """The gates i, f, g, o are rows 0, H, 2 H and 3 H on."""
    p, (h, c) = stepped(lstm)
    for n in range(2):
        for k in range(2):
            i, f, g, o = (
                dot(p["U"], row, p["xs"][n, 0]) + dot(p["W"], row, p["h0"][n]) + p["b"][row]
                for row in (k, 2 + k, 4 + k, 6 + k)
            )
            cell = sigmoid(f) * p["c0"][n, k] + sigmoid(i) * math.tanh(g)
            assert c[n, k] == pytest.approx(cell, rel=1e-13)
            assert h[n, k] == pytest.approx(sigmoid(o) * math.tanh(cell), rel=1e-13)
