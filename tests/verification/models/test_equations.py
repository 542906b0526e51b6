"""The step of each model, by its equations: of states that are vectors index by index, else by head."""

import math
from itertools import product

import numpy as np
import pytest

from tests.cases import a_case
from verification import models
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import NamedArrays, Use

UNITS = 2


def stepped(model, **sizes):
    """The blocks of a case of two records, the state after its first step, and what is put out."""
    case = a_case(model, 2, 1, sizes=sizes)
    f, p, x = Namespace(case.chosen, Arithmetic()), case.params(Use.STEP), case.inputs_at(0)
    after = model.advance(f, p, x, case.state)
    return case.blocks, after, model.put_out(f, p, x, case.state, after)


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
    **{models.vanilla: vanilla, models.lstm: lstm, models.slstm: slstm},
    **{models.gru: gru, models.gru_reset_before: gru_reset_before},
    **{models.linear: linear, models.complex_linear: linear},
    **{models.scan: scan, models.complex_scan: scan},
    models.gated_scan: lambda p, n, k: scan(p, n, k, lambda a: 1 - a),
    models.rg_lru: lambda p, n, k: scan(p, n, k, lambda a: math.sqrt(1 - a * a)),
}


@pytest.mark.parametrize("model", EQUATIONS, ids=lambda model: model.name)
def test_a_step(model):
    """Of every record and unit, and of every state; a gate of a scan is within its domain."""
    blocks, after, _ = stepped(model)
    assert model not in (models.gated_scan, models.rg_lru) or np.all((blocks["a"] > 0) & (blocks["a"] < 1))
    for n, k in product(range(2), range(UNITS)):
        want = EQUATIONS[model](NamedArrays(blocks), n, k)
        assert [state[n, k] for state in after] == pytest.approx(list(want), rel=1e-12)


def delta_rule(p, decay=1.0):
    """S′ = (I − β k kᵀ) S + β k vᵀ, of what is left of S, and o = S′ᵀ q."""
    assert 0 < p.beta < 1
    assert np.linalg.norm(p.k) <= 1 + 1e-15
    S = (np.eye(len(p.k)) - p.beta * np.outer(p.k, p.k)) @ (decay * p.S0) + p.beta * np.outer(p.k, p.v)
    return (S,), S.T @ p.q


def rwkv7(p):
    """S′ = (diag(e^g) − (a κ) κᵀ) S + k vᵀ and o = S′ᵀ q."""
    assert np.linalg.norm(p.kappa) <= 1 + 1e-15
    S = (np.diag(np.exp(p.g)) - np.outer(p.a * p.kappa, p.kappa)) @ p.S0 + np.outer(p.k, p.v)
    return (S,), S.T @ p.q


def momentum_delta_rule(p):
    """M′ = μ M + β k (v − Sᵀ k)ᵀ, S′ = e^g S + M′ and o = S′ᵀ q."""
    M = p.mu * p.M0 + p.beta * np.outer(p.k, p.v - p.S0.T @ p.k)
    S = math.exp(p.g) * p.S0 + M
    return (S, M), S.T @ p.q


def gated_attention(p, bonus=False):
    """S′ = e^g S + k vᵀ and o = S′ᵀ q; with a bonus o = Sᵀ q + (q · u k) v."""
    assert np.all(p.g <= 0)
    S = np.exp(np.broadcast_to(p.g, p.k.shape))[:, None] * p.S0 + np.outer(p.k, p.v)
    return (S,), p.S0.T @ p.q + (p.q @ (p.u * p.k)) * p.v if bonus else S.T @ p.q


def mlstm(p):
    """C′ = l C + w k vᵀ, n′ = l n + w k, and h = C′ᵀ q / max(|n′ · q|, exp(−m′))."""
    kept = math.log(sigmoid(p.f)) + p.m0
    m = max(p.i, kept)
    weight, left = math.exp(p.i - m), math.exp(kept - m)
    C, n = left * p.C0 + weight * np.outer(p.k, p.v), left * p.n0 + weight * p.k
    return (C, n, m), C.T @ p.q / max(abs(n @ p.q), math.exp(-m))


def selective_scan(p):
    """h′ = exp(s A) h + s u B and y = h′ C + D u, with s = softplus(Δ)."""
    assert np.all(p.A <= 0)
    size = math.log1p(math.exp(p.delta))
    h = np.exp(size * p.A) * p.h0 + size * p.u * p.B
    return (h,), h @ p.C + p.skip * p.u


HEADS = {
    models.delta_rule: delta_rule,
    models.gated_delta_rule: lambda p: delta_rule(p, math.exp(p.g)),
    models.rwkv7: rwkv7,
    models.momentum_delta_rule: momentum_delta_rule,
    models.gated_linear_attention: gated_attention,
    models.scalar_gated_linear_attention: gated_attention,
    models.rwkv6: lambda p: gated_attention(p, bonus=True),
    models.mlstm: mlstm,
    models.selective_scan: selective_scan,
}


def of_head(model, blocks, n, a):
    """The blocks of a record and a head, of which each has a row or has one for all."""
    found = {}
    for block in model.blocks:
        array = blocks[block.name][(n, 0) if block.use is Use.INPUT else n if block.use is Use.STATE else ...]
        mine = block.axes[0] == model.of(Use.STATE)[0].axes[0]
        found[block.name] = array[a] if mine else array
    return NamedArrays(found)


@pytest.mark.parametrize("model", HEADS, ids=lambda model: model.name)
def test_a_step_and_its_output(model):
    blocks, after, put_out = stepped(model, K=3)
    for n, a in product(range(2), range(after[0].shape[1])):
        states, output = HEADS[model](of_head(model, blocks, n, a))
        for got, want in zip(after, states, strict=True):
            np.testing.assert_allclose(got[n, a], want, rtol=1e-12)
        np.testing.assert_allclose(put_out[n, a], output, rtol=1e-11)


def test_a_simple_recurrent_unit_puts_out_what_passes_by_its_cell():
    """c′ = f c + (1 − f) x̃ and h = r c′ + (1 − r) s, whose gates see c."""
    blocks, (c,), put_out = stepped(models.sru)
    p = NamedArrays(blocks)
    for n, k in product(range(2), range(UNITS)):
        new, a_f, a_r, skipped = (dot(p.U, row, p.xs[n, 0]) for row in range(k, 4 * UNITS, UNITS))
        before = p.c0[n, k]
        f = sigmoid(a_f + p.v[k] * before + p.b[k])
        r = sigmoid(a_r + p.v[UNITS + k] * before + p.b[UNITS + k])
        after = f * before + (1 - f) * new
        assert [c[n, k], put_out[n, k]] == pytest.approx([after, r * after + (1 - r) * skipped], rel=1e-12)


def test_a_stabiliser_changes_no_output():
    """It is that of the mLSTM's equations without one, of a state that has none of it."""
    blocks, _, put_out = stepped(models.mlstm, A=1)
    for n in range(2):
        p = of_head(models.mlstm, blocks, n, 0)
        i, f, scale = math.exp(p.i), sigmoid(p.f), math.exp(p.m0)
        C, along = f * scale * p.C0 + i * np.outer(p.k, p.v), (f * scale * p.n0 + i * p.k) @ p.q
        np.testing.assert_allclose(put_out[n, 0], C.T @ p.q / max(abs(along), 1), rtol=1e-11)


def test_a_projection_hands_on_what_an_lstm_makes():
    """h′ = R m, where m is the output of an LSTM whose product with h has the projection before it."""
    blocks, (h, c), put_out = stepped(models.projected_lstm, H=UNITS)
    p = NamedArrays(blocks)
    assert put_out is h
    for n in range(2):
        made = [lstm(p, n, k) for k in range(UNITS)]
        np.testing.assert_allclose(c[n], [cell for _, cell in made], rtol=1e-12)
        np.testing.assert_allclose(h[n], p.R @ [m for m, _ in made], rtol=1e-12)
