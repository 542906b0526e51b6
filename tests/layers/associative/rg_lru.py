"""An RG-LRU, whose input has the share √(1 − a²), by an associative scan."""

import numpy as np

from tests.layers.associative.prefix import before, flows_back, recurrence


def forward(params, xs, state, prefix):
    a, x = xs["a"], xs["x"]
    share = np.sqrt((1 - a) * (1 + a))
    (h,) = state
    states = recurrence(a, share * x, h, prefix)
    return states, (states[:, -1].copy(),), (a, x, share, before(h, states), prefix)


def backward(saved, d_outputs, d_state):
    a, x, share, states, prefix = saved
    g = flows_back(a, d_outputs, d_state[0], prefix)
    d_a = g * states - g * x * a / share
    return {}, {"a": d_a, "x": g * share}, (a[:, 0] * g[:, 0],)
