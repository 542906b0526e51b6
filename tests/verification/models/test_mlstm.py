"""The mLSTM, index by index."""

import math
from itertools import product

import pytest

from verification.models import mlstm


def test_a_step_and_its_output(put_out, sigmoid):
    """C′ = l C + w k vᵀ, n′ = l n + w k, and h = C′ᵀ q / max(|n′ · q|, exp(−m′))."""
    p, (C, n, m), h = put_out(mlstm, {"A": 2, "K": 3, "V": 2})
    for r, a in product(range(2), range(2)):
        i, kept = p["i"][r, 0, a], math.log(sigmoid(p["f"][r, 0, a])) + p["m0"][r, a]
        larger = max(i, kept)
        weight, left = math.exp(i - larger), math.exp(kept - larger)
        k, v, q = (p[name][r, 0, a] for name in "kvq")
        assert m[r, a] == pytest.approx(larger, rel=1e-13)
        memory = [[left * p["C0"][r, a, j, c] + weight * k[j] * v[c] for c in range(2)] for j in range(3)]
        normaliser = [left * p["n0"][r, a, j] + weight * k[j] for j in range(3)]
        assert C[r, a].tolist() == [pytest.approx(row, rel=1e-12) for row in memory]
        assert n[r, a].tolist() == pytest.approx(normaliser, rel=1e-12)
        size = max(abs(sum(normaliser[j] * q[j] for j in range(3))), math.exp(-larger))
        read = [sum(memory[j][c] * q[j] for j in range(3)) / size for c in range(2)]
        assert h[r, a].tolist() == pytest.approx(read, rel=1e-11)


def test_the_stabiliser_changes_no_output(put_out, sigmoid):
    """It is that of the equations without one, of a state that has none of it."""
    p, _, h = put_out(mlstm, {"A": 1, "K": 3, "V": 2})
    for r in range(2):
        i, f, scale = math.exp(p["i"][r, 0, 0]), sigmoid(p["f"][r, 0, 0]), math.exp(p["m0"][r, 0])
        k, v, q = (p[name][r, 0, 0] for name in "kvq")
        C, n = scale * p["C0"][r, 0], scale * p["n0"][r, 0]
        along = (f * n + i * k) @ q
        read = [(f * C[:, c] + i * k * v[c]) @ q / max(abs(along), 1) for c in range(2)]
        assert h[r, 0].tolist() == pytest.approx(read, rel=1e-11)
