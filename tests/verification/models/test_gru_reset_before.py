"""The GRU as first published, index by index."""

import math

import pytest

from verification.models import gru_reset_before


def test_a_step(stepped, dot, sigmoid):
    """The reset multiplies h, before the product."""
    p, (h,) = stepped(gru_reset_before)
    for n in range(2):
        x = p["xs"][n, 0]
        r, z = (
            [
                sigmoid(dot(p["U"], row + k, x) + p["b"][row + k] + dot(p["W"], row + k, p["h0"][n]))
                for k in range(2)
            ]
            for row in (0, 2)
        )
        reset = [r[k] * p["h0"][n, k] for k in range(2)]
        for k in range(2):
            candidate = math.tanh(dot(p["U"], 4 + k, x) + p["b"][4 + k] + dot(p["W"], 4 + k, reset))
            assert h[n, k] == pytest.approx((1 - z[k]) * candidate + z[k] * p["h0"][n, k], rel=1e-13)
