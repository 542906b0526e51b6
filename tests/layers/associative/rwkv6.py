"""An RWKV-6 recurrence by an associative scan: what a step reads flows back to the state before it."""

import numpy as np

from tests.layers.associative.prefix import before, flows_back, recurrence


def forward(params, xs, state, prefix):
    u, q, k, v, a = params["u"], xs["q"], xs["k"], xs["v"], np.exp(xs["g"])
    (S,) = state
    after = recurrence(a[..., None], k[..., None] * v[..., None, :], S, prefix)
    states, new = before(S, after), (q * u * k).sum(axis=-1)[..., None]
    outputs = np.einsum("ntakv,ntak->ntav", states, q) + new * v
    return outputs, (after[:, -1].copy(),), (u, q, k, v, a, new, states, prefix)


def backward(saved, d_outputs, d_state):
    u, q, k, v, a, new, states, prefix = saved
    d_new = (d_outputs * v).sum(axis=-1)[..., None]
    d_u = (d_new * q * k).sum(axis=(0, 1))
    d_q = np.einsum("ntakv,ntav->ntak", states, d_outputs) + d_new * u * k
    read = q[..., None] * d_outputs[..., None, :]
    own = np.concatenate([read[:, 1:], np.zeros_like(read[:, :1])], axis=1)
    dS = flows_back(a[..., None], own, d_state[0], prefix)
    d_k = np.einsum("ntakv,ntav->ntak", dS, v) + d_new * u * q
    d_v = np.einsum("ntakv,ntak->ntav", dS, k) + new * d_outputs
    d_g = (dS * states).sum(axis=-1) * a
    d_S = a[:, 0, ..., None] * dS[:, 0] + read[:, 0]
    return {"u": d_u}, {"q": d_q, "k": d_k, "v": d_v, "g": d_g}, (d_S,)
