"""Linear attention whose queries have more heads than its keys and values: G heads of queries for each of A.

S′ = σ(g) S + k vᵀ        o_{aG + i} = S′_aᵀ q_{aG + i}        q (N, A G, K), k (N, A, K), o (N, A G, V)
"""

import autograd.numpy as anp
import numpy as np

from tests.layers.lstm import sigmoid
from verification import Block, Model, Scope, Use


def step(f, p, x, o, S):
    """It takes leading axes."""
    decay = anp.expand_dims(anp.expand_dims(f.decay(x.g), -1), -1)
    S = decay * S + anp.einsum("...k,...v->...kv", x.k, x.v)
    *lead, heads, size = x.k.shape
    q = anp.reshape(x.q, (*lead, heads, x.q.shape[-2] // heads, size))
    o = anp.einsum("...agk,...akv->...agv", q, S)
    return anp.reshape(o, (*lead, x.q.shape[-2], o.shape[-1])), S


MODEL = Model(
    name="grouped_attention",
    blocks=(
        Block("q", ("A G", "K"), Use.INPUT, meaning="queries"),
        Block("k", ("A", "K"), Use.INPUT),
        Block("v", ("A", "V"), Use.INPUT),
        Block("g", ("A",), Use.INPUT),
        Block("o0", ("A G", "V"), Use.STATE),
        Block("S0", ("A", "K", "V"), Use.STATE),
    ),
    step=step,
    functions={"decay": ("sigmoid",)},
    most={"A": 17, "G": 17, "K": 17, "V": 17},
)
# The output is a state that no step reads.
SCOPE = Scope(blocks=("q", "k", "v", "g", "S0"))


def grouped(array, heads):
    """(N, A G, …) as (N, A, G, …)."""
    return array.reshape(len(array), heads, -1, *array.shape[2:])


def forward(params, xs, state):
    q, k, v = (xs[name] for name in "qkv")
    a, heads = sigmoid(xs["g"]), k.shape[2]
    o, S = state
    outputs, states = [], [S]
    for t in range(q.shape[1]):
        S = a[:, t, :, None, None] * S + k[:, t, ..., None] * v[:, t, ..., None, :]
        o = np.einsum("nagk,nakv->nagv", grouped(q[:, t], heads), S).reshape(o.shape)
        outputs.append(o)
        states.append(S)
    return np.stack(outputs, axis=1), (o.copy(), S.copy()), (q, k, v, a, states)


def backward(saved, d_outputs, d_state):
    q, k, v, a, states = saved
    d_q, d_k, d_v, d_a = (np.empty_like(array) for array in (q, k, v, a))
    do, dS = d_state
    heads = k.shape[2]
    for t in reversed(range(q.shape[1])):
        do = grouped(do + d_outputs[:, t], heads)
        d_q[:, t] = np.einsum("nagv,nakv->nagk", do, states[t + 1]).reshape(q[:, t].shape)
        dS = dS + np.einsum("nagk,nagv->nakv", grouped(q[:, t], heads), do)
        d_k[:, t] = np.einsum("nakv,nav->nak", dS, v[:, t])
        d_v[:, t] = np.einsum("nakv,nak->nav", dS, k[:, t])
        d_a[:, t] = (dS * states[t]).sum(axis=(-2, -1))
        dS = a[:, t, :, None, None] * dS
        do = 0 * d_outputs[:, t]
    return {}, {"q": d_q, "k": d_k, "v": d_v, "g": d_a * a * (1 - a)}, (None, dS)
