"""The delta rule: a matrix in which the value that a key reads is moved towards the one that is given.

    S′ = S − β_t k_t (Sᵀ k_t − v_t)ᵀ        S (N, A, K, V), of A heads; β_t (N, A) between 0 and 1
    o_t = S′ᵀ q_t                           q_t, k_t (N, A, K), v_t, o_t (N, A, V)

``gated_delta_rule`` decays the matrix first, by exp(g_t), whose logarithm g_t (N, A) is 0 or below. Keys have
at most the length 1; a longer one makes the matrix grow.

``rwkv7`` decays each key by itself, takes away what a direction κ_t of its own reads, at a rate of each key,
and adds all of the value; ``momentum_delta_rule`` keeps a part μ_t (N, A) of how the matrix moved before:

    S′ = diag(exp(g_t)) S − (a_t ⊙ κ_t) (Sᵀ κ_t)ᵀ + k_t v_tᵀ          g_t, κ_t, a_t (N, A, K)
    M′ = μ_t M − β_t k_t (Sᵀ k_t − v_t)ᵀ        S′ = exp(g_t) S + M′

Sources: Yang et al., *Parallelizing linear transformers with the delta rule*, arXiv 2406.06484, section 2.2;
Yang, Kautz and Hatamizadeh, *Gated delta networks*, arXiv 2412.06464, equation 10; Peng et al., *RWKV-7*,
arXiv 2503.14456, equation 17; Behrouz et al., *Titans*, arXiv 2501.00663, equations 13 and 14, of a matrix.
There S is (V, K).
"""

from dataclasses import replace
from typing import Any

import autograd.numpy as np

from verification.models.domains import below_1, not_positive, within_unit_length
from verification.models.exponentials import exp
from verification.models.gated_linear_attention import ATTENTION, DESIGNED, outer, output, read
from verification.models.model import Block, Model, Use
from verification.models.terms import Terms


def step(f: Any, p: Any, x: Any, S: Any) -> Any:
    """S (…, N, A, K, V), after x.k (…, N, A, K), x.v (…, N, A, V) and x.beta (…, N, A)."""
    return S + move(f, x, S)


def move(f: Any, x: Any, S: Any) -> Any:
    """− β k (Sᵀ k − v)ᵀ."""
    error = x.v - read(f.named("matrix that a key reads", S), x.k)
    return outer(x.k, np.expand_dims(x.beta, -1) * error)


def gated(f: Any, p: Any, x: Any, S: Any) -> Any:
    """The same, of what is left by x.g (…, N, A)."""
    return step(f, p, x, np.expand_dims(f.decay(x.g), (-1, -2)) * S)


def by_key(f: Any, p: Any, x: Any, S: Any) -> Any:
    """S (…, N, A, K, V), after x.g, x.kappa, x.a, x.k (…, N, A, K) and x.v (…, N, A, V)."""
    gone = read(f.named("matrix that a key reads", S), x.kappa)
    return np.expand_dims(f.decay(x.g), -1) * S - outer(x.a * x.kappa, gone) + outer(x.k, x.v)


def moved(f: Any, p: Any, x: Any, S: Any, M: Any) -> Any:
    """S and M (…, N, A, K, V), after x.mu (…, N, A) and the inputs of ``gated``."""
    M = np.expand_dims(x.mu, (-1, -2)) * M + move(f, x, S)
    return np.expand_dims(f.decay(x.g), (-1, -2)) * S + M, M


def on_terms(f: Any, x: Any, S: Terms) -> Terms:
    """``step`` on the terms of S; what is added and what is taken away are summed apart, as U and W S are."""
    beta = np.expand_dims(x.beta, -1)
    return S.plus(x.k, beta * x.v).plus(x.k, -beta * read(S, x.k))


def gated_on_terms(f: Any, x: Any, S: Terms) -> Terms:
    """``gated`` on them."""
    return on_terms(f, x, S.decayed(np.expand_dims(S.rounded(f.decay(x.g)), -1)))


def by_key_on_terms(f: Any, x: Any, S: Terms) -> Terms:
    """``by_key`` on them."""
    gone = read(S, x.kappa)
    return S.decayed(S.rounded(f.decay(x.g))).plus(-x.a * x.kappa, gone).plus(x.k, x.v)


def of_both(f: Any, p: Any, x: Any, S: Any, M: Any) -> Any:
    """o (…, N, A, V), by x.q (…, N, A, K)."""
    return read(S, x.q)


delta_rule = Model(
    name="delta_rule",
    blocks=(
        Block("q", ("A", "K"), Use.INPUT, meaning="queries"),
        Block("k", ("A", "K"), Use.INPUT, meaning="keys", domain=within_unit_length),
        Block("v", ("A", "V"), Use.INPUT, meaning="values"),
        Block("beta", ("A",), Use.INPUT, meaning="how far a value is moved", domain=below_1),
        Block("S0", ("A", "K", "V"), Use.STATE, meaning="initial matrix"),
    ),
    step=step,
    output=output,
    designed=DESIGNED,
    ordinary=ATTENTION,
    in_chunks=on_terms,
)

_DECAY = Block("g", ("A",), Use.INPUT, meaning="logarithm of the decay", domain=not_positive)

gated_delta_rule = replace(
    delta_rule,
    name="gated_delta_rule",
    blocks=(*delta_rule.of(Use.INPUT), _DECAY, *delta_rule.of(Use.STATE)),
    step=gated,
    functions={"decay": (exp,)},
    in_chunks=gated_on_terms,
)

rwkv7 = replace(
    gated_delta_rule,
    name="rwkv7",
    blocks=(
        *(block for block in delta_rule.of(Use.INPUT) if block.name in "qv"),
        Block("k", ("A", "K"), Use.INPUT, meaning="keys"),
        Block("kappa", ("A", "K"), Use.INPUT, meaning="what is taken away", domain=within_unit_length),
        Block("a", ("A", "K"), Use.INPUT, meaning="how much of it", domain=below_1),
        replace(_DECAY, axes=("A", "K")),
        *delta_rule.of(Use.STATE),
    ),
    step=by_key,
    in_chunks=by_key_on_terms,
)

momentum_delta_rule = replace(
    gated_delta_rule,
    name="momentum_delta_rule",
    blocks=(
        *gated_delta_rule.of(Use.INPUT),
        Block("mu", ("A",), Use.INPUT, meaning="what is kept of a move", domain=below_1),
        *gated_delta_rule.of(Use.STATE),
        Block("M0", ("A", "K", "V"), Use.STATE, meaning="initial move"),
    ),
    step=moved,
    output=of_both,
    in_chunks=None,
)
