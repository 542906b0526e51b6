"""An LSTM whose gates are o, g, f, i, transposed, with steps first and two biases under other names."""

import numpy as np

from tests.layers import lstm

ARRAYS = {"U": ("Wx", "T"), "W": ("Wh", "T"), "b": ("b_ih", "b_hh"), "gates": "ogfi", "axes": "TN"}
ORDER = [3, 2, 1, 0]


def turned(array):
    """In the other order of gates."""
    return np.concatenate([np.split(array, 4)[k] for k in ORDER])


def forward(params, xs, state):
    """As the plain one's."""
    b = params["b_ih"] + params["b_hh"]
    plain = {"U": turned(params["Wx"].T), "W": turned(params["Wh"].T), "b": turned(b)}
    outputs, final, saved = lstm.forward(plain, xs.swapaxes(0, 1), state)
    return outputs.swapaxes(0, 1), final, saved


def backward(saved, d_outputs, d_state):
    """As well; each bias has a gradient of its own."""
    d, d_xs, d_initial = lstm.backward(saved, d_outputs.swapaxes(0, 1), d_state)
    d_U, d_W, d_b = (turned(d[name]) for name in ("U", "W", "b"))
    return {"Wx": d_U.T, "Wh": d_W.T, "b_ih": d_b, "b_hh": d_b.copy()}, d_xs.swapaxes(0, 1), d_initial
