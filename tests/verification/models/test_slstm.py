"""The sLSTM, index by index."""

import math

import pytest

from verification.models import slstm


def test_a_step(stepped, dot, sigmoid):
    """The gates i, f, z, o are rows 0, H, 2 H and 3 H on; h′ = o c′ / n′."""
    p, (h, c, n, m) = stepped(slstm)
    for r in range(2):
        for k in range(2):
            i, f, z, o = (
                dot(p["U"], row, p["xs"][r, 0]) + dot(p["W"], row, p["h0"][r]) + p["b"][row]
                for row in (k, 2 + k, 4 + k, 6 + k)
            )
            kept = math.log(sigmoid(f)) + p["m0"][r, k]
            larger = max(i, kept)
            weight, left = math.exp(i - larger), math.exp(kept - larger)
            cell = left * p["c0"][r, k] + weight * math.tanh(z)
            normaliser = left * p["n0"][r, k] + weight
            assert m[r, k] == pytest.approx(larger, rel=1e-13)
            assert c[r, k] == pytest.approx(cell, rel=1e-12)
            assert n[r, k] == pytest.approx(normaliser, rel=1e-12)
            assert h[r, k] == pytest.approx(sigmoid(o) * cell / normaliser, rel=1e-12)
