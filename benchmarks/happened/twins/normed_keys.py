"""Linear attention whose keys are divided by their root mean square, and weighted, before they are written.

    k̂_t = w ⊙ k_t / √(mean k_t² + ε)        S′ = S + k̂_t v_tᵀ        o_t = S′ᵀ q_t

So are the B and C of later selective scans. The forward keeps k̂, not k's norm.
"""

import autograd.numpy as anp
import numpy as np

from verification import Block, Function, Model, Use

EPSILON = 1e-2

INVERSE = Function("inverse root", lambda a: a**-0.5, slope_sensitivity=lambda y: abs(1.5 * y**3))


def normed(f, p, x):
    size = f.inverse(anp.mean(x.k * x.k, axis=-1, keepdims=True) + EPSILON)
    return anp.expand_dims(p.w, -2) * x.k * size


def step(f, p, x, S):
    return S + anp.expand_dims(normed(f, p, x), -1) * anp.expand_dims(x.v, -2)


def output(f, p, x, S):
    return anp.sum(S * anp.expand_dims(x.q, -1), axis=-2)


MODEL = Model(
    name="normed_keys",
    blocks=(
        Block("w", ("K",), Use.STEP, meaning="weights of the norm"),
        Block("q", ("K",), Use.INPUT, meaning="queries"),
        Block("k", ("K",), Use.INPUT, meaning="keys"),
        Block("v", ("V",), Use.INPUT, meaning="values"),
        Block("S0", ("K", "V"), Use.STATE, meaning="initial matrix"),
    ),
    step=step,
    output=output,
    functions={"inverse": (INVERSE,)},
    most={"K": 17, "V": 17},
)


def rms(k):
    return (np.mean(k * k, axis=-1, keepdims=True) + EPSILON) ** -0.5


def forward(params, xs, state):
    w, q, k, v = params["w"], xs["q"], xs["k"], xs["v"]
    keys = w * k * rms(k)
    (S,) = state
    outputs, states = np.empty_like(v), [S]
    for t in range(q.shape[1]):
        S = S + keys[:, t, :, None] * v[:, t, None, :]
        outputs[:, t] = np.einsum("nkv,nk->nv", S, q[:, t])
        states.append(S)
    return outputs, (S.copy(),), (params, xs, keys, states)


def backward(saved, d_outputs, d_state):
    params, xs, keys, states = saved
    w, q, k, v = params["w"], xs["q"], xs["k"], xs["v"]
    d_q, d_keys, d_v = (np.empty_like(array) for array in (q, k, v))
    (dS,) = d_state
    for t in reversed(range(q.shape[1])):
        d_q[:, t] = np.einsum("nkv,nv->nk", states[t + 1], d_outputs[:, t])
        dS = dS + q[:, t, :, None] * d_outputs[:, t, None, :]
        d_keys[:, t] = np.einsum("nkv,nv->nk", dS, v[:, t])
        d_v[:, t] = np.einsum("nkv,nk->nv", dS, keys[:, t])
    size = rms(k)
    d_w = (d_keys * k * size).sum(axis=(0, 1))
    along = np.mean(d_keys * w * k, axis=-1, keepdims=True)
    d_k = d_keys * w * size - k * size**3 * along
    return {"w": d_w}, {"q": d_q, "k": d_k, "v": d_v}, (dS,)
