"""Layers whose h stays where a mask is 0, of layers that are called step by step: haste's GRU and LSTM."""

from types import SimpleNamespace

import numpy as np

from tests.layers import gru, lstm


def of(layer):
    """Forward and backward, of those of a layer whose first state is its output."""

    def forward(params, xs, state):
        outputs, tape = [], []
        for t in range(xs["mask"].shape[1]):
            _, (new, *others), saved = layer.forward(params, xs["xs"][:, t : t + 1], state)
            taken = xs["mask"][:, t] == 1
            state = (np.where(taken, new, state[0]), *others)
            outputs.append(state[0])
            tape.append((taken, saved))
        return np.stack(outputs, axis=1), tuple(each.copy() for each in state), tape

    def backward(tape, d_outputs, d_state):
        d_xs, sums = [], []
        for t in reversed(range(len(tape))):
            taken, saved = tape[t]
            dh, *others = d_state
            dh = dh + d_outputs[:, t]
            none = 0 * d_outputs[:, t : t + 1]
            d_params, d_x, d_state = layer.backward(saved, none, (np.where(taken, dh, 0), *others))
            d_state = (d_state[0] + np.where(taken, 0, dh), *d_state[1:])
            sums.append(d_params)
            d_xs.append(d_x)
        d_params = {name: sum(each[name] for each in sums) for name in sums[0]}
        return d_params, {"xs": np.concatenate(d_xs[::-1], axis=1)}, d_state

    return forward, backward


def forward_of_two_biases(params, xs, state):
    """A GRU with two biases of three gates, r, z, n: of r and z they add up."""
    b_r, b_z, b_n = np.split(params["b_hh"], 3)
    b = params["b_ih"] + np.concatenate([b_r, b_z, 0 * b_n])
    return gru.forward({"U": params["U"], "W": params["W"], "b": b, "bn": b_n}, xs, state)


def backward_of_two_biases(saved, d_outputs, d_state):
    d, d_xs, d_initial = gru.backward(saved, d_outputs, d_state)
    d_b, d_bn = d.pop("b"), d.pop("bn")
    return {**d, "b_ih": d_b, "b_hh": np.concatenate([d_b[: -len(d_bn)], d_bn])}, d_xs, d_initial


two_biases = SimpleNamespace(forward=forward_of_two_biases, backward=backward_of_two_biases)
haste_gru, haste_lstm = of(two_biases), of(lstm)
