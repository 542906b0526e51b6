"""Gated linear attention: a matrix that keys and values are added to, which decays, and a query reads.

    S′ = diag(exp(g_t)) S + k_t v_tᵀ        S (N, A, K, V), of A heads
    o_t = S′ᵀ q_t                           q_t, k_t (N, A, K), v_t, o_t (N, A, V)

``gated_linear_attention`` has a decay of each key, g_t (N, A, K), ``scalar_gated_linear_attention`` one of
each head, g_t (N, A), as RetNet and Mamba-2. ``rwkv6`` reads the matrix before its step, and has a bonus for
what is new:

    o_t = (S + diag(u) k_t v_tᵀ)ᵀ q_t       u (A, K)

A decay is given by its logarithm, which is 0 or below.

Sources: Yang et al., *Gated linear attention transformers*, arXiv 2312.06635, equation 3; Sun et al.,
*Retentive network*, arXiv 2307.08621, equation 6; Dao and Gu, *Transformers are SSMs*, arXiv 2405.21060,
section 5; Peng et al., *Eagle and Finch*, arXiv 2404.05892, section 4.
"""

from dataclasses import replace
from functools import singledispatch
from typing import Any

import autograd.numpy as np

from verification.models.domains import not_positive
from verification.models.exponentials import exp
from verification.models.model import Block, Model, Use, When
from verification.models.terms import Terms


def outer(a: Any, b: Any) -> Any:
    """a bᵀ (…, M, N), of vectors (…, M) and (…, N)."""
    return np.expand_dims(a, -1) * np.expand_dims(b, -2)


@singledispatch
def read(S: Any, q: Any) -> Any:
    """Sᵀ q (…, V), of a matrix (…, K, V) and a vector (…, K)."""
    return np.sum(S * np.expand_dims(q, -1), axis=-2)


read.register(Terms, Terms.read)


def step(f: Any, p: Any, x: Any, S: Any) -> Any:
    """S (…, N, A, K, V), after x.k, x.g (…, N, A, K) and x.v (…, N, A, V)."""
    return np.expand_dims(f.decay(x.g), -1) * S + outer(x.k, x.v)


def by_head(f: Any, p: Any, x: Any, S: Any) -> Any:
    """The same, after x.g (…, N, A)."""
    return np.expand_dims(f.decay(x.g), (-1, -2)) * S + outer(x.k, x.v)


def output(f: Any, p: Any, x: Any, S: Any) -> Any:
    """o (…, N, A, V), by x.q (…, N, A, K)."""
    return read(S, x.q)


def with_bonus(f: Any, p: Any, x: Any, S: Any) -> Any:
    """The same, from the matrix before its step."""
    new = np.sum(x.q * np.expand_dims(p.u, -3) * x.k, axis=-1)
    return read(S, x.q) + np.expand_dims(new, -1) * x.v


# Of heads, and of keys and values in each, in the designed sample.
DESIGNED = {"A": 4, "K": 17, "V": 17}

# Cases as in a training: eight heads, several records with heads of 64 keys, two of them over a few chunks
# of 64 steps, keys of 128; 2^20 numbers of all states, keys and values that fill no tile; 64 KiB of a state
# in single precision, twice; beyond 2^15 and 2^16 positions, the former with 2^16 of all heads.
ATTENTION = (
    {"N": 8, "T": 32, "A": 8, "K": 16, "V": 16},
    {"N": 2, "T": 33, "A": 4, "K": 64, "V": 64},
    {"N": 2, "T": 129, "A": 2, "K": 33, "V": 64},
    {"N": 1, "T": 144, "A": 2, "K": 64, "V": 64},
    {"N": 1, "T": 9, "A": 1, "K": 128, "V": 128},
    {"N": 2, "T": 5, "A": 1, "K": 65, "V": 100},
    {"N": 2, "T": 4, "A": 2, "K": 64, "V": 64},
    {"N": 129, "T": 255, "A": 2, "K": 2, "V": 2},
    {"N": 129, "T": 509, "A": 1, "K": 2, "V": 2},
    {"N": 1, "T": 512, "A": 1, "K": 16, "V": 16},
)

_DECAY = Block("g", ("A", "K"), Use.INPUT, meaning="logarithm of the decay", domain=not_positive)

gated_linear_attention = Model(
    name="gated_linear_attention",
    blocks=(
        Block("q", ("A", "K"), Use.INPUT, meaning="queries"),
        Block("k", ("A", "K"), Use.INPUT, meaning="keys"),
        Block("v", ("A", "V"), Use.INPUT, meaning="values"),
        _DECAY,
        Block("S0", ("A", "K", "V"), Use.STATE, meaning="initial matrix"),
    ),
    step=step,
    output=output,
    functions={"decay": (exp,)},
    designed=DESIGNED,
    ordinary=ATTENTION,
)

scalar_gated_linear_attention = replace(
    gated_linear_attention,
    name="scalar_gated_linear_attention",
    blocks=tuple(
        replace(block, axes=("A",)) if block is _DECAY else block for block in gated_linear_attention.blocks
    ),
    step=by_head,
)

rwkv6 = replace(
    gated_linear_attention,
    name="rwkv6",
    blocks=(Block("u", ("A", "K"), Use.STEP, meaning="bonus"), *gated_linear_attention.blocks),
    output=with_bonus,
    reads=When.BEFORE,
)
