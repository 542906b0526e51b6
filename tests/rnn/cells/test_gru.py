"""The GRU: each line of its derivation, index by index, in Fractions."""

from fractions import Fraction
from itertools import repeat

import numpy as np
import pytest

from rnn import GRU, GRUParams, rational_gate, softsign
from rnn.cells.gru import GRUWeights
from rnn.through_time.bptt import unroll
from tests.rnn.cells.by_hand import draw, gate, squash, squash_slope

N, T, D, H = 2, 3, 3, 2


CELL = GRU(D, H, rational_gate, softsign)
WEIGHTS = GRUWeights(draw(3 * H, D, seed=1), draw(3 * H, H, seed=2), draw(3 * H, seed=3), draw(H, seed=4))
XS, STATE = draw(N, T, D, seed=5), (draw(N, H, seed=6),)


def by_hand():
    """Pre-activations of r, z and n and the product m_n, (T, N, 4, H), and h (T + 1, N, H)."""
    U, W, b, bn = WEIGHTS
    pre, h = np.empty((T, N, 4, H), object), np.empty((T + 1, N, H), object)
    (h[0],) = STATE
    for t, n, i in np.ndindex(T, N, H):
        p = [sum(U[k * H + i, d] * XS[n, t, d] for d in range(D)) + b[k * H + i] for k in range(3)]
        m = [sum(W[k * H + i, j] * h[t, n, j] for j in range(H)) for k in range(3)]
        m_n = m[2] + bn[i]
        a_r, a_z = p[0] + m[0], p[1] + m[1]
        a_n = p[2] + gate(a_r) * m_n
        pre[t, n, :, i] = a_r, a_z, a_n, m_n
        h[t + 1, n, i] = (1 - gate(a_z)) * squash(a_n) + gate(a_z) * h[t, n, i]
    return pre, h


def test_forward_is_the_formula():
    """h of every step, the second bias inside the reset gate."""
    tape = unroll(CELL, WEIGHTS, XS, STATE)
    assert tape.states.tolist() == by_hand()[1].tolist()


@pytest.mark.parametrize("first", range(T))
def test_factors_are_the_formula(first):
    """Of da_n, da_r, da_z and dm_n, each from the pre-activations, for each step from ``first`` on."""
    tape = unroll(CELL, WEIGHTS, XS, STATE)
    pre, h = by_hand()
    factors, zs = CELL.local_derivatives(tape, first)
    assert len(factors) == len(zs) == T - first
    for s, n, i in np.ndindex(T - first, N, H):
        t = first + s
        a_r, a_z, a_n, m_n = pre[t, n, :, i]
        F_n = (1 - gate(a_z)) * squash_slope(a_n)
        F_z = (h[t, n, i] - squash(a_n)) * squash_slope(a_z) / 2
        assert factors[s, n, i::H].tolist() == [F_n, F_n * m_n * squash_slope(a_r) / 2, F_z, F_n * gate(a_r)]
        assert zs[s, n, i] == gate(a_z)


@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("in_place", [False, True])
def test_steps_back_are_the_formula(rows, in_place):
    """On any number of rows da and dm are dh times their factors, and dh_prev = dm W + dh ⊙ z."""
    dh, factors, zs = draw(rows, H, seed=7), draw(2, rows, 4 * H, seed=8), draw(2, rows, H, seed=9)
    given = factors.copy()
    das = factors if in_place else np.empty_like(factors)
    steps = CELL.steps_back(WEIGHTS.W, [repeat(dh)], [factors, zs], das)
    for step in range(2):
        before = dh.copy()
        next(steps)
        assert das[step].tolist() == (np.tile(before, 4) * given[step]).tolist()
        for n, j in np.ndindex(rows, H):
            through = sum(das[step, n, H + i] * WEIGHTS.W[i, j] for i in range(3 * H))
            assert dh[n, j] == through + before[n, j] * zs[step, n, j]
    assert list(steps) == []


@pytest.mark.parametrize("first", range(T))
def test_weight_gradients_are_sums_over_steps_and_records(first):
    """U, b and xs take da = r, z, n; W and bn take dm = r, z, m; over the steps from ``first`` on."""
    tape = unroll(CELL, WEIGHTS, XS, STATE)
    das = draw(T - first, N, 4 * H, seed=10)
    n, r, z, m = np.split(das, 4, axis=2)
    da, dm = np.concatenate((r, z, n), axis=2), np.concatenate((r, z, m), axis=2)
    (dU, dW, db, dbn), dxs = CELL.project_back(WEIGHTS, tape, das, first)
    np.testing.assert_array_equal(dU, np.einsum("tni,ntd->id", da, XS[:, first:]), strict=True)
    np.testing.assert_array_equal(dW, np.einsum("tni,tnj->ij", dm, tape.states[first:-1]), strict=True)
    np.testing.assert_array_equal(db, np.einsum("tni->i", da), strict=True)
    np.testing.assert_array_equal(dbn, np.einsum("tni->i", m), strict=True)
    np.testing.assert_array_equal(dxs, np.einsum("tni,id->tnd", da, WEIGHTS.U), strict=True)
    assert {type(e) for block in (dU, dW, db, dbn, dxs) for e in block.flat} == {Fraction}


def test_biases_start_at_zero():
    """Both, and there are as many of each as shapes say."""
    weights = GRU(D, H).init(np.random.default_rng(0))
    assert not weights.b.any()
    assert not weights.bn.any()
    assert [block.shape for block in weights] == [(3 * H, D), (3 * H, H), (3 * H,), (H,)]
    assert GRUParams._fields == ("U", "W", "b", "bn", "V", "c")
