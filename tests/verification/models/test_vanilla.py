"""The vanilla cell, index by index."""

import math

import pytest

from verification.models import vanilla


def test_a_step(stepped, dot):
    """h′ = tanh(U x + W h + b)."""
    p, (h,) = stepped(vanilla)
    for n in range(2):
        for k in range(2):
            a = dot(p["U"], k, p["xs"][n, 0]) + dot(p["W"], k, p["h0"][n]) + p["b"][k]
            assert h[n, k] == pytest.approx(math.tanh(a), rel=1e-14)
