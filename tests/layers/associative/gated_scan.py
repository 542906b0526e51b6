"""A gated scan, whose input has the share 1 − a, by an associative scan."""

from tests.layers.associative.prefix import before, flows_back, recurrence


def forward(params, xs, state, prefix):
    a, x = xs["a"], xs["x"]
    (h,) = state
    states = recurrence(a, (1 - a) * x, h, prefix)
    return states, (states[:, -1].copy(),), (a, x, before(h, states), prefix)


def backward(saved, d_outputs, d_state):
    a, x, states, prefix = saved
    g = flows_back(a, d_outputs, d_state[0], prefix)
    return {}, {"a": g * (states - x), "x": g * (1 - a)}, (a[:, 0] * g[:, 0],)
