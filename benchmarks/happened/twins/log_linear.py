"""Log-linear attention: a matrix for each level of a Fenwick tree, which a query reads with weights λ_t.

    level l is due at t > 0 where 2^l divides t        due levels are summed into the first that is not
    S_l′ = exp(g_t) S_l, after that sum        S_0′ += k_t v_tᵀ        o_t = Σ_l λ_{t, l} S_l′ᵀ q_t

The last of L levels is never due: it keeps all that is older. So 512 steps want ten levels, and with one this
is gated linear attention. The steps before are counted in a state that starts at 0.

Source: Guo et al., *Log-linear attention*, arXiv 2506.04761, section 3, with one decay of each head.
"""

import autograd.numpy as anp
import numpy as np

from verification import Block, Model, Scope, Use
from verification.models.domains import not_positive
from verification.models.exponentials import exp

CHUNK = 3


def step(f, p, x, S, count):
    """S (…, N, L, A, K, V) and the count (…, N), after x.k, x.v and x.g (…, N, A)."""
    at = anp.expand_dims(anp.rint(count), (-1, -2, -3, -4))
    size = 2.0 ** np.arange(S.shape[-4])[:, None, None, None]
    due = anp.logical_and(anp.logical_and(at > 0, at % size == 0), size < size[-1])
    # A level that is due takes nothing, so this asks of the one below alone.
    below = anp.logical_and(at > 0, at % (size / 2) == 0)
    gone = anp.sum(anp.where(due, S, 0 * S), axis=-4, keepdims=True)
    S = anp.where(due, 0 * S, anp.where(below, S + gone, S))
    new = anp.expand_dims(x.k, -1) * anp.expand_dims(x.v, -2)
    return anp.expand_dims(f.decay(x.g), (-1, -2, -4)) * S + (size == 1) * anp.expand_dims(new, -4), count + 1


def output(f, p, x, S, count):
    """o (…, N, A, V), by x.q (…, N, A, K) and x.lam (…, N, L, A)."""
    read = anp.sum(S * anp.expand_dims(anp.expand_dims(x.q, -3), -1), axis=-2)
    return anp.sum(anp.expand_dims(x.lam, -1) * read, axis=-3)


MODEL = Model(
    name="log_linear_attention",
    blocks=(
        Block("q", ("A", "K"), Use.INPUT, meaning="queries"),
        Block("k", ("A", "K"), Use.INPUT, meaning="keys"),
        Block("v", ("A", "V"), Use.INPUT, meaning="values"),
        Block("g", ("A",), Use.INPUT, meaning="logarithm of the decay", domain=not_positive),
        Block("lam", ("L", "A"), Use.INPUT, meaning="weights of the levels"),
        Block("S0", ("L", "A", "K", "V"), Use.STATE, meaning="initial matrices"),
        Block("count", (), Use.STATE, meaning="steps before the first"),
    ),
    step=step,
    output=output,
    functions={"decay": (exp,)},
    most={"A": 3, "K": 9, "V": 9, "L": 5},
)
SCOPE = Scope(states={"count": "zero"}, blocks=("q", "k", "v", "g", "lam", "S0"), chunk=CHUNK)


def forward(params, xs, state):
    q, k, v, lam, a = xs["q"], xs["k"], xs["v"], xs["lam"], np.exp(xs["g"])
    S, count = state
    outputs, tape = np.empty_like(v), []
    for t in range(q.shape[1]):
        into = merged(int(count[0]) + t, S.shape[1])
        S = S.copy()
        S[:, into] = S[:, : into + 1].sum(axis=1)
        S[:, :into] = 0
        kept, S = S, S * a[:, t, None, :, None, None]
        S[:, 0] += k[:, t, ..., None] * v[:, t, ..., None, :]
        outputs[:, t] = np.einsum("nla,nlakv,nak->nav", lam[:, t], S, q[:, t])
        tape.append((into, kept, S))
    return outputs, (S.copy(), count + q.shape[1]), (q, k, v, lam, a, tape)


def merged(t, levels):
    """The level into which those below it are summed before step t: that of the lowest bit of t, if any."""
    return min((t & -t).bit_length(), levels - 1)


def backward(saved, d_outputs, d_state):
    q, k, v, lam, a, tape = saved
    d_q, d_k, d_v, d_lam, d_g = (np.empty_like(array) for array in (q, k, v, lam, a))
    dS = d_state[0]
    for t in reversed(range(q.shape[1])):
        into, kept, S = tape[t]
        do = d_outputs[:, t]
        read = np.einsum("nlakv,nav->nlak", S, do)
        d_lam[:, t] = np.einsum("nlak,nak->nla", read, q[:, t])
        d_q[:, t] = np.einsum("nlak,nla->nak", read, lam[:, t])
        dS = dS + np.einsum("nla,nak,nav->nlakv", lam[:, t], q[:, t], do)
        d_k[:, t] = np.einsum("nakv,nav->nak", dS[:, 0], v[:, t])
        d_v[:, t] = np.einsum("nakv,nak->nav", dS[:, 0], k[:, t])
        d_g[:, t] = (dS * kept).sum(axis=(1, -1, -2)) * a[:, t]
        dS = dS * a[:, t, None, :, None, None]
        dS[:, :into] = dS[:, into, None]
    return {}, {"q": d_q, "k": d_k, "v": d_v, "g": d_g, "lam": d_lam}, (dS, None)
