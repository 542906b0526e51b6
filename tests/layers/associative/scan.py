"""A scan, real or complex, by an associative scan; a gradient is ∂L/∂Re + i ∂L/∂Im."""

from tests.layers.associative.prefix import before, flows_back, recurrence


def forward(params, xs, state, prefix):
    a, x = xs["a"], xs["x"]
    (h,) = state
    states = recurrence(a, x, h, prefix)
    return states, (states[:, -1].copy(),), (a, before(h, states), prefix)


def backward(saved, d_outputs, d_state):
    a, states, prefix = saved
    g = flows_back(a.conj(), d_outputs, d_state[0], prefix)
    return {}, {"a": g * states.conj(), "x": g}, (a[:, 0].conj() * g[:, 0],)
