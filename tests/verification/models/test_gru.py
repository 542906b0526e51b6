"""The GRU of PyTorch, index by index."""

import math

import pytest

from verification.models import gru


def test_a_step(stepped, dot, sigmoid):
    """The reset multiplies W_n h + bn, after the product."""
    p, (h,) = stepped(gru)
    for n in range(2):
        for k in range(2):
            x_r, x_z, x_n = (dot(p["U"], row, p["xs"][n, 0]) + p["b"][row] for row in (k, 2 + k, 4 + k))
            h_r, h_z, h_n = (dot(p["W"], row, p["h0"][n]) for row in (k, 2 + k, 4 + k))
            r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
            candidate = math.tanh(x_n + r * (h_n + p["bn"][k]))
            assert h[n, k] == pytest.approx((1 - z) * candidate + z * p["h0"][n, k], rel=1e-13)
