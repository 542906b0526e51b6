"""The LSTM: each line of its derivation, index by index, in Fractions."""

from fractions import Fraction
from itertools import repeat

import numpy as np
import pytest

from rnn import LSTM, identity, rational_gate, relu, sigmoid, softsign, tanh
from rnn.cells.cell import Weights
from rnn.through_time.bptt import unroll
from tests.rnn.cells.by_hand import draw, gate, gate_slope, squash, squash_slope

N, T, D, H = 2, 3, 3, 2


CELL = LSTM(D, H, rational_gate, softsign, softsign)
WEIGHTS = Weights(U=draw(4 * H, D, seed=1), W=draw(4 * H, H, seed=2), b=draw(4 * H, seed=3))
XS, STATE = draw(N, T, D, seed=4), (draw(N, H, seed=5), draw(N, H, seed=6))


def by_hand():
    """a (T, N, 4, H) and c, h (T + 1, N, H), summed index by index."""
    U, W, b = WEIGHTS
    a = np.empty((T, N, 4, H), object)
    h, c = (np.empty((T + 1, N, H), object) for _ in range(2))
    h[0], c[0] = STATE
    for t, n in np.ndindex(T, N):
        for k, i in np.ndindex(4, H):
            row = k * H + i
            a[t, n, k, i] = (
                sum(U[row, d] * XS[n, t, d] for d in range(D))
                + sum(W[row, j] * h[t, n, j] for j in range(H))
                + b[row]
            )
        for i in range(H):
            a_i, a_f, a_g, a_o = a[t, n, :, i]
            c[t + 1, n, i] = gate(a_f) * c[t, n, i] + gate(a_i) * squash(a_g)
            h[t + 1, n, i] = gate(a_o) * squash(c[t + 1, n, i])
    return a, c, h


def test_forward_is_the_formula():
    """c and h of every step, from the gates in the order i, f, g, o."""
    tape = unroll(CELL, WEIGHTS, XS, STATE)
    _, c, h = by_hand()
    assert tape.states.tolist() == h.tolist()
    assert tape.cells.tolist() == c.tolist()


@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("in_place", [False, True])
def test_steps_back_are_the_formula(rows, in_place):
    """On any number of rows da, dc_prev and dh_prev are what the docstring says."""
    dh, dc = draw(rows, H, seed=7), draw(rows, H, seed=8)
    factors, through, f = draw(2, rows, 4 * H, seed=9), draw(2, rows, H, seed=10), draw(2, rows, H, seed=11)
    given = factors.copy()
    das = factors if in_place else np.empty_like(factors)
    steps = CELL.steps_back(WEIGHTS.W, [repeat(dh), repeat(dc)], [factors, through, f], das)
    for step in range(2):
        dc_now = dc + dh * through[step]
        of = given[step].reshape(rows, 4, H)
        want = [dc_now * of[:, 0], dc_now * of[:, 1], dc_now * of[:, 2], dh * of[:, 3]]
        next(steps)
        assert das[step].tolist() == np.concatenate(want, axis=1).tolist()
        assert dc.tolist() == (dc_now * f[step]).tolist()
        for n, j in np.ndindex(rows, H):
            assert dh[n, j] == sum(das[step, n, i] * WEIGHTS.W[i, j] for i in range(4 * H))
    assert list(steps) == []


@pytest.mark.parametrize("first", range(T))
def test_factors_are_the_formula(first):
    """Slopes of the pre-activations times what multiplies them, for each step from ``first`` on."""
    tape = unroll(CELL, WEIGHTS, XS, STATE)
    a, c, _ = by_hand()
    factors, through, f = CELL.local_derivatives(tape, first)
    assert len(factors) == len(through) == len(f) == T - first
    for s, n, i in np.ndindex(T - first, N, H):
        t = first + s
        a_i, a_f, a_g, a_o = a[t, n, :, i]
        assert factors[s, n, i::H].tolist() == [
            squash(a_g) * gate_slope(a_i),
            c[t, n, i] * gate_slope(a_f),
            gate(a_i) * squash_slope(a_g),
            squash(c[t + 1, n, i]) * gate_slope(a_o),
        ]
        assert through[s, n, i] == gate(a_o) * squash_slope(c[t + 1, n, i])
        assert f[s, n, i] == gate(a_f)


@pytest.mark.parametrize("first", range(T))
def test_weight_gradients_are_sums_over_steps_and_records(first):
    """dU = Σ da xᵀ, dW = Σ da h_prevᵀ, db = Σ da, dx = da U, over the steps from ``first`` on."""
    tape = unroll(CELL, WEIGHTS, XS, STATE)
    das = draw(T - first, N, 4 * H, seed=12)
    (dU, dW, db), dxs = CELL.project_back(WEIGHTS, tape, das, first)
    np.testing.assert_array_equal(dU, np.einsum("tni,ntd->id", das, XS[:, first:]), strict=True)
    np.testing.assert_array_equal(dW, np.einsum("tni,tnj->ij", das, tape.states[first:-1]), strict=True)
    np.testing.assert_array_equal(db, np.einsum("tni->i", das), strict=True)
    np.testing.assert_array_equal(dxs, np.einsum("tni,id->tnd", das, WEIGHTS.U), strict=True)
    assert {type(entry) for block in (dU, dW, db, dxs) for entry in block.flat} == {Fraction}


@pytest.mark.parametrize("function", [sigmoid, tanh, relu, identity], ids=lambda f: f.name)
def test_a_function_may_overwrite_its_argument(function):
    """The cell state is kept whatever the output's function does with what it is given."""
    cell = LSTM(D, H, sigmoid, tanh, function)
    weights = Weights(*(block.astype(float) for block in WEIGHTS))
    tape = unroll(cell, weights, XS.astype(float), tuple(part.astype(float) for part in STATE))
    i, f, g = (tape.gates[..., k * H : (k + 1) * H] for k in (0, 1, 3))
    np.testing.assert_allclose(tape.cells[1:], f * tape.cells[:-1] + i * g, rtol=1e-14)


def test_the_forget_gate_starts_open():
    """Its bias is 1, the others' are 0."""
    weights = LSTM(D, H).init(np.random.default_rng(0))
    assert np.split(weights.b, 4)[1].tolist() == [1] * H
    assert weights.b.sum() == H
    assert [block.shape for block in weights] == [(4 * H, D), (4 * H, H), (4 * H,)]
