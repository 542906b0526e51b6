"""A matrix memory read by a query, over a normaliser's size: a step with functions of its own, no role.

C′ = C + v kᵀ       n′ = n + k      h′ = C′ q / max(|n′ · q|, 1)        C (N, V, K), n (N, K), h (N, V)
"""

import autograd.numpy as anp
import numpy as np

from verification import Block, Model, Scope, Use


def step(f, p, x, h, C, n):
    """It takes leading axes."""
    C = C + anp.expand_dims(x.v, -1) * anp.expand_dims(x.k, -2)
    n = n + x.k
    read = anp.einsum("...vk,...k->...v", C, x.q)
    size = anp.maximum(anp.abs(anp.einsum("...k,...k->...", n, x.q)), 1)
    return read / anp.expand_dims(size, -1), C, n


MODEL = Model(
    name="mlstm",
    blocks=(
        Block("q", ("K",), Use.INPUT),
        Block("k", ("K",), Use.INPUT),
        Block("v", ("V",), Use.INPUT),
        Block("h0", ("V",), Use.STATE),
        Block("C0", ("V", "K"), Use.STATE),
        Block("n0", ("K",), Use.STATE),
    ),
    step=step,
)
# The output is a state that no step reads.
SCOPE = Scope(blocks=("q", "k", "v", "C0", "n0"))


def forward(params, xs, state):
    q, k, v = xs["q"], xs["k"], xs["v"]
    h, C, n = state
    outputs, tape = [], []
    for t in range(q.shape[1]):
        C = C + v[:, t, :, None] * k[:, t, None, :]
        n = n + k[:, t]
        along = (n * q[:, t]).sum(axis=1)
        size = np.maximum(np.abs(along), 1)
        h = np.einsum("nvk,nk->nv", C, q[:, t]) / size[:, None]
        outputs.append(h)
        tape.append((C, n, along, size, h))
    return np.stack(outputs, axis=1), (h.copy(), C.copy(), n.copy()), (q, k, v, tape)


def backward(saved, d_outputs, d_state):
    q, k, v, tape = saved
    d_q, d_k, d_v = (np.empty_like(array) for array in (q, k, v))
    dh, dC, dn = d_state
    for t in reversed(range(len(tape))):
        C, n, along, size, h = tape[t]
        d_read = (dh + d_outputs[:, t]) / size[:, None]
        d_along = np.where(np.abs(along) > 1, -(d_read * h).sum(axis=1) * np.sign(along), 0)[:, None]
        dC = dC + d_read[:, :, None] * q[:, t, None, :]
        dn = dn + d_along * q[:, t]
        d_q[:, t] = np.einsum("nvk,nv->nk", C, d_read) + d_along * n
        d_k[:, t] = np.einsum("nvk,nv->nk", dC, v[:, t]) + dn
        d_v[:, t] = np.einsum("nvk,nk->nv", dC, k[:, t])
        dh = 0 * dh
    return {}, {"q": d_q, "k": d_k, "v": d_v}, (None, dC, dn)
