"""Layers: truncations of cotangents, sequences in parts, and their manners at the interface."""

from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np
import pytest

from rnn import (
    GRU,
    LSTM,
    Chunked,
    Full,
    Layer,
    Tail,
    Vanilla,
    Window,
    identity,
    rational_gate,
    softsign,
    tanh,
)
from tests.rnn.fractions import fractions
from tests.rnn.gradients import blocks

N, T, D, H = 3, 5, 2, 4

CELLS = [Vanilla(D, H), LSTM(D, H), GRU(D, H)]

every_cell = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)


def problem(cell, dtype=float, seed=0):
    """Weights, xs and a state, and the cotangents of outputs and last state."""
    rng = np.random.default_rng(seed)

    def draw(*shape):
        if dtype is object:
            return fractions(rng, *shape, parts=3, most=3)
        return rng.uniform(-1, 1, shape).astype(dtype)

    weights = cell.weights(*(draw(*shape) for shape in cell.shapes.values()))
    state, d_state = (tuple(draw(N, H) for _ in cell.state) for _ in range(2))
    return weights, draw(N, T, D), state, draw(N, T, H), d_state


def numbers(grads):
    """Every number of a gradient."""
    return [block.tolist() for block in blocks(grads)]


@every_cell
def test_a_sequence_in_two_parts_is_one(cell):
    """The last state of one part is the first of the next, and its cotangent goes back the same way."""
    weights, xs, state, d_outputs, d_state = problem(cell)
    layer = Layer(cell)
    outputs, last, saved = layer.forward(weights, xs, state)
    whole = layer.backward(saved, d_outputs, d_state)
    first, between, saved_first = layer.forward(weights, xs[:, :2], state)
    second, end, saved_second = layer.forward(weights, xs[:, 2:], between)
    np.testing.assert_allclose(np.concatenate((first, second), axis=1), outputs, rtol=1e-13)
    for one, other in zip(end, last, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13)
    later = layer.backward(saved_second, d_outputs[:, 2:], d_state)
    earlier = layer.backward(saved_first, d_outputs[:, :2], later.state)
    for one, other, total in zip(earlier.params, later.params, whole.params, strict=True):
        np.testing.assert_allclose(one + other, total, rtol=0, atol=1e-13)
    for one, other in zip(earlier.state, whole.state, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-13)
    np.testing.assert_allclose(np.concatenate((earlier.xs, later.xs), axis=1), whole.xs, rtol=0, atol=1e-13)


EXACT = [
    Vanilla(D, H, softsign),
    LSTM(D, H, rational_gate, identity, identity),
    GRU(D, H, rational_gate, identity),
]
TRUNCATIONS = [Full(), Window(0), Window(2), Chunked(2), Chunked(2, 1), Chunked(2, 3), Tail(0), Tail(2)]


@pytest.mark.parametrize("truncation", TRUNCATIONS, ids=str)
@pytest.mark.parametrize("cell", EXACT, ids=lambda cell: type(cell).__name__)
def test_a_truncation_is_one_loss_at_a_time(cell, truncation):
    """In Fractions: each step's cotangents go back alone, from a forward that starts where they may reach."""
    cell = replace(cell, units=2)
    draw = partial(fractions, np.random.default_rng(0))
    steps = 4
    weights = cell.weights(*(draw(*shape) for shape in cell.shapes.values()))
    xs, state = draw(1, steps, D), tuple(draw(1, 2) for _ in cell.state)
    d_outputs, d_state = draw(1, steps, 2), tuple(draw(1, 2) for _ in cell.state)
    layer = Layer(cell)
    _, _, saved = layer.forward(weights, xs, state)
    found = layer.backward(saved, d_outputs, d_state, truncation)
    want = [0 * block for block in blocks(found)]
    for t in range(steps):
        first = truncation.first(t, steps)
        if first > t:
            continue
        before = state if first == 0 else layer.forward(weights, xs[:, :first], state).state
        _, _, part = layer.forward(weights, xs[:, first : t + 1], before)
        d = np.concatenate((0 * d_outputs[:, first:t], d_outputs[:, t : t + 1]), axis=1)
        one = layer.backward(part, d, d_state if t == steps - 1 else None)
        learned = len(weights)
        for total, block in zip(want[:learned], one.params, strict=True):
            total += block
        want[learned][:, first : t + 1] += one.xs
        for total, block in zip(want[learned + 1 :], one.state if first == 0 else (), strict=False):
            total += block
    assert numbers(found) == [block.tolist() for block in want]
    assert {type(entry) for block in blocks(found) for entry in block.flat} == {Fraction}


@every_cell
def test_backward_can_be_called_again(cell):
    """The same bits, whatever was called in between, and no answer is a view of another or of the tape."""
    weights, xs, state, d_outputs, d_state = problem(cell)
    layer = Layer(cell)
    outputs, last, saved = layer.forward(weights, xs, state)
    assert repr(saved) == f"<rnn.layer.Saved of xs {xs.shape}>"
    first = layer.backward(saved, d_outputs, d_state)
    bits = [block.tobytes() for block in blocks(first)]
    layer.backward(saved, -d_outputs, None, Window(1))
    for block in (*blocks(first), outputs, *last):
        block[...] = np.nan
    again = layer.backward(saved, d_outputs, d_state)
    assert [block.tobytes() for block in blocks(again)] == bits


@every_cell
def test_each_record_ends_by_itself(cell):
    """The cotangent of its last state is one of its own last step."""
    weights, xs, state, d_outputs, d_state = problem(cell)
    layer, lengths = Layer(cell), np.array([2, *[T] * (N - 1)])
    saved = layer.forward(weights, xs, state, lengths).saved
    together = layer.backward(saved, d_outputs, d_state)
    for n, length in enumerate(lengths):
        own = [tuple(part[n : n + 1] for part in each) for each in (state, d_state)]
        alone = layer.forward(weights, xs[n : n + 1, :length], own[0]).saved
        grads = layer.backward(alone, d_outputs[n : n + 1, :length], own[1])
        np.testing.assert_allclose(together.xs[n, :length], grads.xs[0], rtol=0, atol=1e-13)
        for one, other in zip(together.state, grads.state, strict=True):
            np.testing.assert_allclose(one[n], other[0], rtol=0, atol=1e-13)


@every_cell
def test_no_state_is_zero(cell):
    """An initial state of None is zeros, and so is the cotangent of a last state that has none."""
    weights, xs, state, d_outputs, _ = problem(cell)
    layer, zero = Layer(cell), tuple(0 * part for part in state)
    outputs, _, saved = layer.forward(weights, xs)
    np.testing.assert_array_equal(outputs, layer.forward(weights, xs, zero).outputs)
    assert numbers(layer.backward(saved, d_outputs)) == numbers(layer.backward(saved, d_outputs, zero))


def test_what_overflows_is_reported():
    """An output, a last state, or a gradient that is not finite, by its name."""
    cell = Vanilla(1, 1, identity)
    weights = cell.weights(np.array([[1e200]]), np.array([[0.0]]), np.zeros(1))
    layer = Layer(cell)
    with np.errstate(all="ignore"):
        with pytest.raises(FloatingPointError, match=r"^outputs: inf at \(0, 0, 0\), needed finite numbers"):
            layer.forward(weights, np.full((1, 1, 1), 1e200))
        _, _, saved = layer.forward(weights, np.ones((1, 1, 1)))
        with pytest.raises(FloatingPointError, match=r"^grads\.xs: inf at "):
            layer.backward(saved, np.full((1, 1, 1), 1e200))
        lstm = LSTM(1, 1, identity, identity, softsign)
        wide = lstm.weights(np.full((4, 1), 1e155), np.zeros((4, 1)), np.zeros(4))
        with pytest.raises(FloatingPointError, match=r"^(outputs|state\.c): "):
            Layer(lstm).forward(wide, np.full((1, 1, 1), 1.0))
        # What it puts out is finite.
        with pytest.raises(FloatingPointError, match=r"^state\.c: inf at \(0, 0\), needed finite numbers"):
            Layer(LSTM(1, 1, identity, identity, tanh)).forward(wide, np.full((1, 1, 1), 1.0))
