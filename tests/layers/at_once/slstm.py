"""An sLSTM: U x of all steps before them, and the gradients of weights of all steps after.

Arrays of all steps are time-major, (T, N, …), and each weight's gradient is one product over their T N rows.
The stabiliser takes from what flows to c′ and n′ all that it gives to w and l.
"""

import numpy as np

from tests.layers.at_once.projected_lstm import rows
from tests.layers.lstm import sigmoid


def forward(params, xs, state):
    U, W, b = params["U"], params["W"], params["b"]
    h, c, n, m = state
    xs = np.ascontiguousarray(xs.swapaxes(0, 1))
    projected = xs @ U.T + b
    hs, tape = [h], []
    for a in projected:
        i, f, z, o = np.split(a + h @ W.T, 4, axis=1)
        kept, z, o = m - np.logaddexp(0, -f), np.tanh(z), sigmoid(o)
        stays = kept > i
        m = np.where(stays, kept, i)
        # One of the two is 1.
        w, left = np.where(stays, np.exp(i - kept), 1), np.where(stays, 1, np.exp(kept - i))
        tape.append((c, n, f, z, o, stays, w, left))
        c = left * c + w * z
        n = left * n + w
        h = o * (c / n)
        hs.append(h)
    final = h.copy(), c.copy(), n.copy(), m.copy()
    return np.stack(hs[1:], axis=1), final, (params, xs, hs, (c, n), tape)


def backward(saved, d_outputs, d_state):
    params, xs, hs, (c, n), tape = saved
    U, W = params["U"], params["W"]
    dh, dc, dn, dm = d_state
    das = []
    for t in reversed(range(len(xs))):
        c_prev, n_prev, f, z, o, stays, w, left = tape[t]
        dh = dh + d_outputs[:, t]
        dc = dc + dh * o / n
        # Where no state is kept a normaliser may be so small that the type does not hold its square.
        dn = dn - dh * o * (c / n) / n
        # Of w and l the one that is 1 has no slope: what flows to the other is all that depends on φ − a_i.
        d_weight, d_left = (dc * z + dn) * w, (dc * c_prev + dn * n_prev) * left
        d_i = np.where(stays, d_weight, dm - d_left)
        d_kept = np.where(stays, dm - d_weight, d_left)
        d_z, d_o = dc * w * (1 - z * z), dh * (c / n) * o * (1 - o)
        da = np.concatenate([d_i, d_kept * sigmoid(-f), d_z, d_o], axis=1)
        das.append(da)
        dh, dc, dn, dm = da @ W, dc * left, dn * left, d_kept
        c, n = c_prev, n_prev
    das = np.stack(das[::-1])
    d_U, d_W = rows(das).T @ rows(xs), rows(das).T @ rows(np.stack(hs[:-1]))
    d_params = {"U": d_U, "W": d_W, "b": das.sum(axis=(0, 1))}
    return d_params, (das @ U).swapaxes(0, 1), (dh, dc, dn, dm)
