"""The vanilla cell: each line of its derivation, index by index, in Fractions."""

from fractions import Fraction
from itertools import repeat

import numpy as np
import pytest

from rnn.activations import identity, relu, softsign
from rnn.cells.cell import Weights
from rnn.cells.vanilla import Vanilla
from tests.rnn.cells.by_hand import draw

N, T, D, H = 2, 3, 3, 2


WEIGHTS = Weights(U=draw(H, D, seed=1), W=draw(H, H, seed=2), b=draw(H, seed=3))
XS, H0 = draw(N, T, D, seed=4), draw(N, H, seed=5)


def projected(cell, weights, xs, h0):
    """The tape before the first step."""
    tape = cell.tape(*xs.shape[:2], xs.dtype)
    cell.project(weights, tape, xs, (h0,))
    return tape


def forward(cell, weights, xs, h0):
    """The tape, with every step taken."""
    tape = projected(cell, weights, xs, h0)
    cell.forward(tape)
    return tape


@pytest.mark.parametrize("f", [relu, softsign, identity], ids=lambda f: f.name)
def test_forward_is_the_formula(f):
    """h = f(U x + W h_prev + b), summed index by index from h0 through every step."""
    functions = {"relu": lambda a: max(a, 0), "softsign": lambda a: a / (1 + abs(a)), "identity": lambda a: a}
    U, W, b = WEIGHTS
    states = forward(Vanilla(D, H, f), WEIGHTS, XS, H0).states
    assert states.shape == (T + 1, N, H)
    assert states[0].tolist() == H0.tolist()
    for t, n, i in np.ndindex(T, N, H):
        a = (
            sum(U[i, d] * XS[n, t, d] for d in range(D))
            + sum(W[i, j] * states[t, n, j] for j in range(H))
            + b[i]
        )
        assert states[t + 1, n, i] == functions[f.name](a)


@pytest.mark.parametrize("first", range(T))
def test_slopes_are_read_off_the_states(first):
    """The slope of step t is that of the state after it, for each t from ``first`` on."""
    cell = Vanilla(D, H, softsign)
    tape = forward(cell, WEIGHTS, XS, H0)
    (slopes,) = cell.local_derivatives(tape, first)
    assert slopes.tolist() == ((1 - abs(tape.states[first + 1 :])) ** 2).tolist()


@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("in_place", [False, True])
def test_steps_back_are_the_formula(rows, in_place):
    """On any number of rows da = dh ⊙ slope, maybe written over the slope, and dh becomes dh_prev = da W."""
    dh, slopes = draw(rows, H, seed=6), draw(2, rows, H, seed=7)
    wanted = slopes.copy()
    das = slopes if in_place else np.empty_like(slopes)
    steps = Vanilla(D, H).steps_back(WEIGHTS.W, [repeat(dh)], [slopes], das)
    for want, da in zip(wanted, das, strict=True):
        want *= dh
        next(steps)
        assert da.tolist() == want.tolist()
        for n, j in np.ndindex(rows, H):
            assert dh[n, j] == sum(da[n, i] * WEIGHTS.W[i, j] for i in range(H))
    assert list(steps) == []


@pytest.mark.parametrize("first", range(T))
def test_weight_gradients_are_sums_over_steps_and_records(first):
    """dU = Σ da xᵀ, dW = Σ da h_prevᵀ, db = Σ da, dx = da U, over the steps from ``first`` on."""
    cell = Vanilla(D, H, identity)
    tape = forward(cell, WEIGHTS, XS, H0)
    das = draw(T - first, N, H, seed=8)
    (dU, dW, db), dxs = cell.project_back(WEIGHTS, tape, das, first)
    xs, hs = XS[:, first:], tape.states[first:-1]
    np.testing.assert_array_equal(dU, np.einsum("tni,ntd->id", das, xs), strict=True)
    np.testing.assert_array_equal(dW, np.einsum("tni,tnj->ij", das, hs), strict=True)
    np.testing.assert_array_equal(db, np.einsum("tni->i", das), strict=True)
    np.testing.assert_array_equal(dxs, np.einsum("tni,id->tnd", das, WEIGHTS.U), strict=True)
    assert {type(entry) for block in (dU, dW, db, dxs) for entry in block.flat} == {Fraction}
