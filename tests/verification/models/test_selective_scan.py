"""The selective scan, index by index."""

import math
from itertools import product

import pytest

from verification.models import selective_scan


def test_a_step_and_its_output(put_out):
    """h′ = exp(s A) h + s u B and y = h′ C + D u, with s = softplus(Δ)."""
    p, (h,), y = put_out(selective_scan, {"E": 2, "S": 3})
    assert (p["A"] <= 0).all()
    for n, e in product(range(2), range(2)):
        u, size = p["u"][n, 0, e], math.log1p(math.exp(p["delta"][n, 0, e]))
        read = p["skip"][e] * u
        for s in range(3):
            state = math.exp(size * p["A"][e, s]) * p["h0"][n, e, s] + size * u * p["B"][n, 0, s]
            assert h[n, e, s] == pytest.approx(state, rel=1e-13)
            read += state * p["C"][n, 0, s]
        assert y[n, e] == pytest.approx(read, rel=1e-12)
