"""A gated linear attention with one decay of each head, by an associative scan over matrices."""

import numpy as np

from tests.layers.associative.prefix import before, flows_back, recurrence


def forward(params, xs, state, prefix):
    q, k, v, a = xs["q"], xs["k"], xs["v"], np.exp(xs["g"])
    (S,) = state
    states = recurrence(a[..., None, None], k[..., None] * v[..., None, :], S, prefix)
    outputs = np.einsum("ntakv,ntak->ntav", states, q)
    return outputs, (states[:, -1].copy(),), (q, k, v, a, S, states, prefix)


def backward(saved, d_outputs, d_state):
    q, k, v, a, S, states, prefix = saved
    d_q = np.einsum("ntakv,ntav->ntak", states, d_outputs)
    dS = flows_back(a[..., None, None], q[..., None] * d_outputs[..., None, :], d_state[0], prefix)
    d_k = np.einsum("ntakv,ntav->ntak", dS, v)
    d_v = np.einsum("ntakv,ntak->ntav", dS, k)
    d_g = (dS * before(S, states)).sum(axis=(-1, -2)) * a
    return {}, {"q": d_q, "k": d_k, "v": d_v, "g": d_g}, (a[:, 0, ..., None, None] * dS[:, 0],)
