"""A linear recurrence, real or complex, by an associative scan; a gradient is ∂L/∂Re + i ∂L/∂Im."""

import numpy as np

from tests.layers.associative.prefix import before, flows_back, recurrence


def forward(params, xs, state, prefix):
    (h,) = state
    b = xs @ params["B"].T
    a = np.broadcast_to(params["lam"], b.shape)
    states = recurrence(a, b, h, prefix)
    return states, (states[:, -1].copy(),), (params, xs, a, before(h, states), prefix)


def backward(saved, d_outputs, d_state):
    params, xs, a, states, prefix = saved
    g = flows_back(a.conj(), d_outputs, d_state[0], prefix)
    d_lam = (g * states.conj()).sum(axis=(0, 1))
    d_B = np.einsum("nth,ntd->hd", g, xs.conj())
    return {"lam": d_lam, "B": d_B}, g @ params["B"].conj(), (a[:, 0].conj() * g[:, 0],)
