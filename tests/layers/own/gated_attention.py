"""Gated linear attention: a state that is a matrix for every head, and an output that nothing carries on.

S′ = diag(σ(g)) S + k vᵀ        o = S′ᵀ q        S (N, A, K, V), o (N, A, V), of A heads
"""

import autograd.numpy as anp
import numpy as np

from verification import Block, Model, Scope, Use


def step(f, p, x, o, S):
    """It takes leading axes."""
    S = anp.expand_dims(f.decay(x.g), -1) * S + anp.einsum("...k,...v->...kv", x.k, x.v)
    return anp.einsum("...k,...kv->...v", x.q, S), S


MODEL = Model(
    name="gated_attention",
    blocks=(
        Block("q", ("A", "K"), Use.INPUT),
        Block("k", ("A", "K"), Use.INPUT),
        Block("v", ("A", "V"), Use.INPUT),
        Block("g", ("A", "K"), Use.INPUT),
        Block("o0", ("A", "V"), Use.STATE),
        Block("S0", ("A", "K", "V"), Use.STATE),
    ),
    step=step,
    functions={"decay": ("sigmoid",)},
)
# The output is a state that no step reads.
SCOPE = Scope(blocks=("q", "k", "v", "g", "S0"))


def sigmoid(a):
    e = np.exp(-np.abs(a))
    return np.where(a >= 0, 1 / (1 + e), e / (1 + e))


def forward(params, xs, state):
    q, k, v = (xs[name] for name in "qkv")
    a = sigmoid(xs["g"])
    o, S = state
    outputs, states = [], [S]
    for t in range(q.shape[1]):
        S = a[:, t, ..., None] * S + k[:, t, ..., None] * v[:, t, ..., None, :]
        o = np.einsum("nak,nakv->nav", q[:, t], S)
        outputs.append(o)
        states.append(S)
    return np.stack(outputs, axis=1), (o.copy(), S.copy()), (q, k, v, a, states)


def backward(saved, d_outputs, d_state):
    q, k, v, a, states = saved
    d_q, d_k, d_v, d_a = (np.empty_like(array) for array in (q, k, v, a))
    do, dS = d_state
    for t in reversed(range(q.shape[1])):
        do = do + d_outputs[:, t]
        d_q[:, t] = np.einsum("nav,nakv->nak", do, states[t + 1])
        dS = dS + q[:, t, ..., None] * do[..., None, :]
        d_k[:, t] = np.einsum("nakv,nav->nak", dS, v[:, t])
        d_v[:, t] = np.einsum("nakv,nak->nav", dS, k[:, t])
        d_a[:, t] = (dS * states[t]).sum(axis=-1)
        dS = a[:, t, ..., None] * dS
        do = 0 * do
    return {}, {"q": d_q, "k": d_k, "v": d_v, "g": d_a * a * (1 - a)}, (None, dS)
