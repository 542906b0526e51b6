"""An sLSTM of one head: a normaliser, and a stabiliser that is one number a record.

z = tanh(U x + W h)     i = w_i x       φ = log σ(w_f x)        m′ = max(φ + m, i)
e = exp(i − m′)         k = exp(φ + m − m′)
c′ = k c + e z          n′ = k n + e    h′ = c′ / n′            h, c (N, H), n, m, i, φ (N,)
"""

import autograd.numpy as anp
import numpy as np

from verification import Block, Model, Use
from verification.models.exponentials import exp, log_sigmoid


def step(f, p, x, h, c, n, m):
    """No leading axes."""
    z = f.candidate(x @ p.U.T + h @ p.W.T)
    i, kept = x @ p.w_i, f.kept(x @ p.w_f) + m
    m = anp.where(kept > i, kept, i)
    e, k = f.exp(i - m), f.exp(kept - m)
    c = k[:, None] * c + e[:, None] * z
    n = k * n + e
    return c / n[:, None], c, n, m


MODEL = Model(
    name="slstm",
    blocks=(
        Block("U", ("H", "D"), Use.STEP),
        Block("W", ("H", "H"), Use.STEP),
        Block("w_i", ("D",), Use.STEP),
        Block("w_f", ("D",), Use.STEP),
        Block("xs", ("D",), Use.INPUT),
        Block("h0", ("H",), Use.STATE),
        Block("c0", ("H",), Use.STATE),
        Block("n0", (), Use.STATE),
        Block("m0", (), Use.STATE),
    ),
    step=step,
    functions={"candidate": ("tanh",), "kept": (log_sigmoid,), "exp": (exp,)},
)


def forward(params, xs, state):
    U, W, w_i, w_f = params["U"], params["W"], params["w_i"], params["w_f"]
    h, c, n, m = state
    outputs, tape = [], []
    for t in range(xs.shape[1]):
        x = xs[:, t]
        z, i, a = np.tanh(x @ U.T + h @ W.T), x @ w_i, x @ w_f
        kept = m - np.logaddexp(0, -a)
        stays = kept > i
        m = np.where(stays, kept, i)
        e, k = np.exp(i - m), np.exp(kept - m)
        before = h, c, n
        c, n = k[:, None] * c + e[:, None] * z, k * n + e
        h = c / n[:, None]
        outputs.append(h)
        tape.append((x, *before, z, a, stays, e, k, n, h))
    return np.stack(outputs, axis=1), (h.copy(), c.copy(), n.copy(), m.copy()), (params, tape)


def backward(saved, d_outputs, d_state):
    params, tape = saved
    U, W, w_i, w_f = params["U"], params["W"], params["w_i"], params["w_f"]
    d_U, d_W, d_i, d_f = (np.zeros_like(array) for array in (U, W, w_i, w_f))
    d_xs = np.empty((*d_outputs.shape[:2], U.shape[1]), U.dtype)
    dh, dc, dn, dm = d_state
    for t in reversed(range(len(tape))):
        x, h_prev, c, n_prev, z, a, stays, e, k, n, h = tape[t]
        dh = (dh + d_outputs[:, t]) / n[:, None]
        dc = dc + dh
        dn = dn - (dh * h).sum(axis=1)
        de = ((dc * z).sum(axis=1) + dn) * e
        dk = ((dc * c).sum(axis=1) + dn * n_prev) * k
        dm = dm - de - dk
        dkept = dk + np.where(stays, dm, 0)
        di = de + np.where(stays, 0, dm)
        da = dkept * 1 / (1 + np.exp(a))
        dz = dc * e[:, None] * (1 - z * z)
        d_U += dz.T @ x
        d_W += dz.T @ h_prev
        d_i += di @ x
        d_f += da @ x
        d_xs[:, t] = dz @ U + np.outer(di, w_i) + np.outer(da, w_f)
        dh, dc, dn, dm = dz @ W, dc * k[:, None], dn * k, dkept
    return {"U": d_U, "W": d_W, "w_i": d_i, "w_f": d_f}, d_xs, (dh, dc, dn, dm)
