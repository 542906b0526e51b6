"""A plain mLSTM, step by step."""

import numpy as np


def forward(params, xs, state):
    q, k, v, i, f = (xs[name] for name in "qkvif")
    C, n, m = state
    outputs, tape = np.empty_like(v), []
    for t in range(q.shape[1]):
        before = C, n
        kept = m - np.logaddexp(0, -f[:, t])
        stays = kept > i[:, t]
        m = np.maximum(kept, i[:, t])
        w, left = np.exp(i[:, t] - m), np.exp(kept - m)
        written = w[..., None] * k[:, t]
        C = left[..., None, None] * C + written[..., None] * v[:, t, ..., None, :]
        n = left[..., None] * n + written
        along, least = (n * q[:, t]).sum(axis=-1), np.exp(-m)
        size = np.maximum(np.abs(along), least)
        outputs[:, t] = np.einsum("nakv,nak->nav", C, q[:, t]) / size[..., None]
        tape.append((*before, C, n, stays, w, left, along, least, size))
    return outputs, (C.copy(), n.copy(), m.copy()), (xs, outputs.copy(), tape)


def backward(saved, d_outputs, d_state):
    xs, outputs, tape = saved
    q, k, v, i, f = (xs[name] for name in "qkvif")
    d_q, d_k, d_v, d_i, d_f = (np.empty_like(array) for array in (q, k, v, i, f))
    dC, dn, dm = d_state
    for t in reversed(range(q.shape[1])):
        C_prev, n_prev, C, n, stays, w, left, along, least, size = tape[t]
        d_read = d_outputs[:, t] / size[..., None]
        d_size = -(d_read * outputs[:, t]).sum(axis=-1)
        far = np.abs(along) > least
        d_along = np.where(far, d_size * np.sign(along), 0)[..., None]
        dm = dm - np.where(far, 0, d_size * least)
        d_q[:, t] = np.einsum("nakv,nav->nak", C, d_read) + d_along * n
        dC = dC + q[:, t, ..., None] * d_read[..., None, :]
        dn = dn + d_along * q[:, t]
        d_written = np.einsum("nakv,nav->nak", dC, v[:, t]) + dn
        d_k[:, t] = w[..., None] * d_written
        d_v[:, t] = w[..., None] * np.einsum("nakv,nak->nav", dC, k[:, t])
        d_weight = (d_written * k[:, t]).sum(axis=-1) * w
        d_left = ((dC * C_prev).sum(axis=(-1, -2)) + (dn * n_prev).sum(axis=-1)) * left
        dm = dm - d_weight - d_left
        d_kept = d_left + np.where(stays, dm, 0)
        d_i[:, t] = d_weight + np.where(stays, 0, dm)
        d_f[:, t] = d_kept / (1 + np.exp(f[:, t]))
        dC, dn, dm = left[..., None, None] * dC, left[..., None] * dn, d_kept
    return {}, {"q": d_q, "k": d_k, "v": d_v, "i": d_i, "f": d_f}, (dC, dn, dm)
