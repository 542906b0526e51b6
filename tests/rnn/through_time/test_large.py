"""Stacks and both directions of many steps, records and units, beside single layers one after another."""

import numpy as np
import pytest

from rnn import GRU, LSTM, Bidirectional, CompiledLoops, Full, Layer, NumPyLoops, Stack

NUMPY, COMPILED = NumPyLoops(), CompiledLoops()
SIZES = pytest.mark.parametrize(
    ("loops", "records", "steps", "units"),
    [(COMPILED, 1, 600, 3), (NUMPY, 70, 130, 5), (COMPILED, 70, 130, 5), (NUMPY, 3, 41, 140)],
)


def drawn(rng, *shape):
    """Between −1 and 1."""
    return rng.uniform(-1, 1, shape)


def close(got, want):
    """To a part in 10⁹ of what is largest in an array: sums go in another order."""
    for one, other in zip(got, want, strict=True):
        assert one.shape == other.shape
        assert np.abs(one - other).max() <= 1e-9 * (1 + np.abs(other).max())


def given(layer, records, steps, seed=0):
    """Parameters, inputs, a state, and cotangents of the outputs and of the last state."""
    rng = np.random.default_rng(seed)
    params = layer.init(rng)
    forward = layer.forward(params, np.zeros((records, 1, layer.cell.inputs)))
    state = tuple(drawn(rng, *each.shape) / 2 for each in forward.state)
    xs = drawn(rng, records, steps, layer.cell.inputs)
    d_outputs = drawn(rng, records, steps, forward.outputs.shape[2])
    return params, xs, state, d_outputs, tuple(drawn(rng, *each.shape) for each in state)


def by_hand(params, xs, state, d_outputs, d_state):
    """The full gradient of an LSTM under a GRU, by one layer after another: weights, inputs, states."""
    units = params.W_l1.shape[1]
    low, high = Layer(LSTM(xs.shape[2], params.W_l0.shape[1])), Layer(GRU(params.U_l1.shape[1], units))
    below = low.forward(low.cell.weights(*params[:3]), xs, state[:2])
    above = high.forward(high.cell.weights(*params[3:]), below.outputs, state[2:])
    of_above = high.backward(above.saved, d_outputs, d_state[2:])
    of_below = low.backward(below.saved, of_above.xs, d_state[:2])
    weights = (*of_below.params, *of_above.params)
    return weights, of_below.xs, (*of_below.state, *of_above.state), (*below.state, *above.state)


@SIZES
def test_a_stack_is_one_layer_after_another(loops, records, steps, units):
    """Every weight, input and state."""
    layer = Layer(Stack(LSTM(2, units), GRU(units, units + 1)), loops)
    params, xs, state, d_outputs, d_state = given(layer, records, steps)
    forward = layer.forward(params, xs, state)
    got = layer.backward(forward.saved, d_outputs, d_state)
    weights, dxs, initial, last = by_hand(params, xs, state, d_outputs, d_state)
    close((*got.params, got.xs, *got.state, *forward.state), (*weights, dxs, *initial, *last))


@SIZES
def test_both_directions_are_two_layers(loops, records, steps, units):
    """One of them over the steps in the other order."""
    layer, single = Layer(Bidirectional(LSTM(2, units)), loops), Layer(LSTM(2, units))
    params, xs, state, d_outputs, d_state = given(layer, records, steps)
    forward = layer.forward(params, xs, state)
    got = layer.backward(forward.saved, d_outputs, d_state, Full())
    ahead = single.forward(single.cell.weights(*params[:3]), xs, state[:2])
    back = single.forward(single.cell.weights(*params[3:]), xs[:, ::-1], state[2:])
    of_ahead = single.backward(ahead.saved, d_outputs[:, :, :units], d_state[:2])
    of_back = single.backward(back.saved, d_outputs[:, ::-1, units:], d_state[2:])
    outputs = np.concatenate([ahead.outputs, back.outputs[:, ::-1]], axis=2)
    dxs = of_ahead.xs + of_back.xs[:, ::-1]
    want = (*of_ahead.params, *of_back.params, dxs, *of_ahead.state, *of_back.state, outputs)
    close((*got.params, got.xs, *got.state, forward.outputs), want)
