"""The reference's forward, against a scalar loop in Python's own numbers."""

import math

import numpy as np
import pytest

from verification.reference.activations import ACTIVATIONS
from verification.reference.cells.vanilla import step
from verification.reference.losses import squared_error
from verification.reference.network import read_out, unroll

SCALAR = {
    "tanh": math.tanh,
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "relu": lambda a: max(0.0, a),
    "softsign": lambda a: a / (1 + abs(a)),
    "identity": lambda a: a,
}

T, D, H, K = 4, 2, 3, 2


def scalar_loop(f, U, W, b, V, c, xs, h0, targets):
    """Outputs (T, K) and the loss of one record, from nested lists, by the definition."""
    h, outputs, loss = h0, [], 0.0
    for x, target in zip(xs, targets, strict=True):
        h = [
            f(sum(U[i][j] * x[j] for j in range(D)) + sum(W[i][j] * h[j] for j in range(H)) + b[i])
            for i in range(H)
        ]
        o = [sum(V[k][i] * h[i] for i in range(H)) + c[k] for k in range(K)]
        loss += sum((o[k] - target[k]) ** 2 for k in range(K)) / 2
        outputs.append(o)
    return outputs, loss


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_forward_is_the_scalar_loop(name):
    """Outputs and loss of two records, from their own h0, are those of a loop over numbers."""
    rng = np.random.default_rng(0)
    shapes = {"U": (H, D), "W": (H, H), "b": (H,), "V": (K, H), "c": (K,)}
    p = {letter: rng.standard_normal(shape) for letter, shape in shapes.items()}
    xs, h0 = rng.standard_normal((2, T, D)), rng.standard_normal((2, H))
    targets = rng.standard_normal((2, T, K))

    f = ACTIVATIONS[name]
    hs = unroll(lambda t, x, h: step(f, p["U"], p["W"], p["b"], x, h), xs.swapaxes(0, 1), h0)
    outputs = [read_out(p["V"], p["c"], h) for h in hs[1:]]
    loss = sum(squared_error(o, targets[:, t]) for t, o in enumerate(outputs))

    lists = [array.tolist() for array in p.values()]
    records = [
        scalar_loop(SCALAR[name], *lists, xs[n].tolist(), h0[n].tolist(), targets[n].tolist()) for n in (0, 1)
    ]
    np.testing.assert_allclose(np.stack(outputs, axis=1), [o for o, _ in records], rtol=1e-12)
    np.testing.assert_allclose(loss, sum(loss for _, loss in records), rtol=1e-12)


def test_unroll_gives_every_state_and_passes_its_step():
    """T + 1 states, the given one first, and each step is told its number, its input and the last state."""
    calls = []

    def told(t, x, h):
        calls.append((t, x, h))
        return h + x

    assert unroll(told, [10, 20, 30], 1) == [1, 11, 31, 61]
    assert calls == [(0, 10, 1), (1, 20, 11), (2, 30, 31)]


def test_unroll_of_no_step_is_the_initial_state():
    """Without an input there is h0 alone."""
    assert unroll(lambda t, x, h: None, [], "h0") == ["h0"]


def test_read_out_by_hand():
    """o = V h + c: 2 · 5 + 3 · 7 + 1 and 4 · 5 + 6 · 7 − 1."""
    V, c, h = np.array([[2, 3], [4, 6]]), np.array([1, -1]), np.array([[5, 7]])
    assert read_out(V, c, h).tolist() == [[32, 61]]


def test_read_out_keeps_copies_apart():
    """With leading axes each copy has a readout of its own."""
    rng = np.random.default_rng(1)
    V, c = rng.standard_normal((2, 3, K, H)), rng.standard_normal((2, 3, K))
    h = rng.standard_normal((2, 3, 5, H))
    got = read_out(V, c, h)
    for index in np.ndindex(2, 3):
        np.testing.assert_allclose(got[index], read_out(V[index], c[index], h[index]), rtol=1e-14)
