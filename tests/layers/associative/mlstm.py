"""An mLSTM by associative scans: of its stabiliser over (max, +), then of its memory and normaliser.

A step of the stabiliser is the map (f, i): m ↦ max(f + m, i). Two in a row are (f + f′, max(i + f′, i′)).
"""

import numpy as np

from tests.layers.associative.prefix import before, flows_back, recurrence


def then_stabilised(first, second):
    """Two steps of the stabiliser, as one."""
    (f, i), (next_f, next_i) = first, second
    return f + next_f, np.maximum(i + next_f, next_i)


def forward(params, xs, state, prefix):
    q, k, v, i, f = (xs[name] for name in "qkvif")
    C_0, n_0, m_0 = state
    keep = -np.logaddexp(0, -f)
    kept, written = prefix((keep, i), then_stabilised)
    m = np.maximum(kept + m_0[:, None], written)
    kept = keep + before(m_0, m)
    w, left = np.exp(i - m), np.exp(kept - m)
    key = w[..., None] * k
    C = recurrence(left[..., None, None], key[..., None] * v[..., None, :], C_0, prefix)
    n = recurrence(left[..., None], key, n_0, prefix)
    along, least = (n * q).sum(axis=-1), np.exp(-m)
    size = np.maximum(np.abs(along), least)
    outputs = np.einsum("ntakv,ntak->ntav", C, q) / size[..., None]
    tape = (before(C_0, C), before(n_0, n), C, n, kept > i, w, left, along, least, size)
    return outputs, (C[:, -1].copy(), n[:, -1].copy(), m[:, -1].copy()), (xs, outputs.copy(), tape, prefix)


def backward(saved, d_outputs, d_state):
    xs, outputs, tape, prefix = saved
    q, k, v, f = (xs[name] for name in "qkvf")
    C_prev, n_prev, C, n, stays, w, left, along, least, size = tape
    dC, dn, dm = d_state
    d_read = d_outputs / size[..., None]
    d_size = -(d_read * outputs).sum(axis=-1)
    far = np.abs(along) > least
    d_along = np.where(far, d_size * np.sign(along), 0)[..., None]
    d_q = np.einsum("ntakv,ntav->ntak", C, d_read) + d_along * n
    dC = flows_back(left[..., None, None], q[..., None] * d_read[..., None, :], dC, prefix)
    dn = flows_back(left[..., None], d_along * q, dn, prefix)
    d_written = np.einsum("ntakv,ntav->ntak", dC, v) + dn
    d_k = w[..., None] * d_written
    d_v = w[..., None] * np.einsum("ntakv,ntak->ntav", dC, k)
    d_weight = (d_written * k).sum(axis=-1) * w
    d_left = ((dC * C_prev).sum(axis=(-1, -2)) + (dn * n_prev).sum(axis=-1)) * left
    # m_t is used by the output, by the step's own exponents, and by the next step's φ.
    own = -np.where(far, 0, d_size * least) - d_weight - d_left
    own[:, :-1] += d_left[:, 1:]
    dm = flows_back(stays.astype(own.dtype), own, dm, prefix)
    d_kept = d_left + np.where(stays, dm, 0)
    d_i = d_weight + np.where(stays, 0, dm)
    d_f = d_kept / (1 + np.exp(f))
    d_initial = left[:, 0, :, None, None] * dC[:, 0], left[:, 0, :, None] * dn[:, 0], d_kept[:, 0]
    return {}, {"q": d_q, "k": d_k, "v": d_v, "i": d_i, "f": d_f}, d_initial
