"""The gated scans, index by index."""

import math

import pytest

from verification.models import gated_scan, rg_lru


@pytest.mark.parametrize(
    ("model", "share"), [(gated_scan, lambda a: 1 - a), (rg_lru, lambda a: math.sqrt(1 - a * a))]
)
def test_a_step(stepped, model, share):
    """h′ = a h + share(a) x, a between 0 and 1."""
    p, (h,) = stepped(model)
    for n in range(2):
        for k in range(2):
            a = p["a"][n, 0, k]
            assert 0 < a < 1
            assert h[n, k] == pytest.approx(a * p["h0"][n, k] + share(a) * p["x"][n, 0, k], rel=1e-13)
