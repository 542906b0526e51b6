"""Linear attention over a normaliser, the running sum of keys.

    S′ = S + k_t v_tᵀ        z′ = z + k_t        o_t = S′ᵀ q_t / (z′ · q_t + ε)

Source: Katharopoulos et al., *Transformers are RNNs*, arXiv 2006.16236, equations 16 to 20.
"""

import autograd.numpy as anp
import numpy as np

from verification import Block, Model, Use
from verification.models.domains import positive

EPSILON = 1e-10


def step(f, p, x, S, z):
    return S + anp.expand_dims(x.k, -1) * anp.expand_dims(x.v, -2), z + x.k


def output(f, p, x, S, z):
    along = f.named("normaliser", anp.sum(z * x.q, axis=-1, keepdims=True)) + EPSILON
    return anp.sum(S * anp.expand_dims(x.q, -1), axis=-2) / along


MODEL = Model(
    name="normalised_linear_attention",
    blocks=(
        Block("q", ("K",), Use.INPUT, meaning="queries", domain=positive),
        Block("k", ("K",), Use.INPUT, meaning="keys", domain=positive),
        Block("v", ("V",), Use.INPUT, meaning="values"),
        Block("S0", ("K", "V"), Use.STATE, meaning="initial matrix"),
        Block("z0", ("K",), Use.STATE, meaning="initial normaliser", domain=positive),
    ),
    step=step,
    output=output,
    most={"K": 17, "V": 17},
)


def forward(params, xs, state):
    q, k, v = (xs[name] for name in "qkv")
    S, z = state
    outputs, tape = np.empty_like(v), []
    for t in range(q.shape[1]):
        S, z = S + k[:, t, :, None] * v[:, t, None, :], z + k[:, t]
        along = (z * q[:, t]).sum(axis=-1, keepdims=True) + EPSILON
        outputs[:, t] = np.einsum("nkv,nk->nv", S, q[:, t]) / along
        tape.append((S, z, along))
    return outputs, (S.copy(), z.copy()), (xs, outputs.copy(), tape)


def backward(saved, d_outputs, d_state):
    xs, outputs, tape = saved
    q, k, v = (xs[name] for name in "qkv")
    d_q, d_k, d_v = (np.empty_like(array) for array in (q, k, v))
    dS, dz = d_state
    for t in reversed(range(q.shape[1])):
        S, z, along = tape[t]
        d_read = d_outputs[:, t] / along
        d_along = -(d_read * outputs[:, t]).sum(axis=-1, keepdims=True)
        d_q[:, t] = np.einsum("nkv,nv->nk", S, d_read) + d_along * z
        dS = dS + q[:, t, :, None] * d_read[:, None, :]
        dz = dz + d_along * q[:, t]
        d_k[:, t] = np.einsum("nkv,nv->nk", dS, v[:, t]) + dz
        d_v[:, t] = np.einsum("nkv,nk->nv", dS, k[:, t])
    return {}, {"q": d_q, "k": d_k, "v": d_v}, (dS, dz)
