"""The step of each model whose states are vectors, index by index, as its equations have it."""

import math
from itertools import product

import numpy as np
import pytest

from tests.cases import a_case
from verification import models
from verification.models.model import Named

UNITS = 2


def sigmoid(a):
    """1 / (1 + e⁻ᵃ), of one number."""
    return 1 / (1 + math.exp(-a))


def dot(W, row, x):
    """Σ_j W[row, j] x[j], added up one by one."""
    return sum(W[row, j] * x[j] for j in range(len(x)))


def read(p, n, row):
    """U x + b."""
    return dot(p.U, row, p.xs[n, 0]) + p.b[row]


def gates(p, n, k, count):
    """U x + W h + b of so many, stacked one after another."""
    return [read(p, n, row) + dot(p.W, row, p.h0[n]) for row in range(k, count * UNITS, UNITS)]


def vanilla(p, n, k):
    """h′ = tanh(U x + W h + b)."""
    return (math.tanh(*gates(p, n, k, 1)),)


def lstm(p, n, k):
    """The gates are i, f, g, o."""
    i, f, g, o = gates(p, n, k, 4)
    cell = sigmoid(f) * p.c0[n, k] + sigmoid(i) * math.tanh(g)
    return sigmoid(o) * math.tanh(cell), cell


def gru(p, n, k):
    """The reset multiplies W_n h + bn, after the product."""
    r, z = map(sigmoid, gates(p, n, k, 2))
    row = k + 2 * UNITS
    candidate = math.tanh(read(p, n, row) + r * (dot(p.W, row, p.h0[n]) + p.bn[k]))
    return ((1 - z) * candidate + z * p.h0[n, k],)


def gru_reset_before(p, n, k):
    """The reset multiplies h, before the product."""
    reset = [sigmoid(gates(p, n, j, 2)[0]) * p.h0[n, j] for j in range(UNITS)]
    row, z = k + 2 * UNITS, sigmoid(gates(p, n, k, 2)[1])
    return ((1 - z) * math.tanh(read(p, n, row) + dot(p.W, row, reset)) + z * p.h0[n, k],)


def slstm(p, n, k):
    """The gates are i, f, z, o; h′ = o c′ / n′."""
    i, f, z, o = gates(p, n, k, 4)
    kept = math.log(sigmoid(f)) + p.m0[n, k]
    larger = max(i, kept)
    weight, left = math.exp(i - larger), math.exp(kept - larger)
    cell, normaliser = left * p.c0[n, k] + weight * math.tanh(z), left * p.n0[n, k] + weight
    return sigmoid(o) * cell / normaliser, cell, normaliser, larger


def linear(p, n, k):
    """h′ = λ h + B x."""
    return (p.lam[k] * p.h0[n, k] + dot(p.B, k, p.xs[n, 0]),)


def scan(p, n, k, share=lambda a: 1):
    """h′ = a h + share(a) x."""
    a = p.a[n, 0, k]
    return (a * p.h0[n, k] + share(a) * p.x[n, 0, k],)


EQUATIONS = {
    **{
        models.vanilla: vanilla,
        models.lstm: lstm,
        models.gru: gru,
        models.gru_reset_before: gru_reset_before,
    },
    **{models.slstm: slstm, models.linear: linear, models.complex_linear: linear},
    **{models.scan: scan, models.complex_scan: scan},
    models.gated_scan: lambda p, n, k: scan(p, n, k, lambda a: 1 - a),
    models.rg_lru: lambda p, n, k: scan(p, n, k, lambda a: math.sqrt(1 - a * a)),
}


@pytest.mark.parametrize("model", EQUATIONS, ids=lambda model: model.name)
def test_a_step(stepped, model):
    """Of every record and unit, and of every state; a gate of a scan is within its domain."""
    blocks, after = stepped(a_case(model, 2, 1))
    assert model not in (models.gated_scan, models.rg_lru) or np.all((blocks["a"] > 0) & (blocks["a"] < 1))
    for n, k in product(range(2), range(UNITS)):
        want = EQUATIONS[model](Named(blocks), n, k)
        assert [state[n, k] for state in after] == pytest.approx(list(want), rel=1e-12)
