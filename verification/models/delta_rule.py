"""The delta rule: a matrix in which the value that a key reads is moved towards the one that is given.

    S′ = S − β_t k_t (Sᵀ k_t − v_t)ᵀ        S (N, A, K, V), of A heads; β_t (N, A) between 0 and 1
    o_t = S′ᵀ q_t                           q_t, k_t (N, A, K), v_t, o_t (N, A, V)

``gated_delta_rule`` decays the matrix first, by exp(g_t), whose logarithm g_t (N, A) is 0 or below. Keys have
at most the length 1; a longer one makes the matrix grow.

Sources: Yang et al., *Parallelizing linear transformers with the delta rule*, arXiv 2406.06484, section 2.2;
Yang, Kautz and Hatamizadeh, *Gated delta networks*, arXiv 2412.06464, equation 10. There S is (V, K).
"""

from dataclasses import replace
from typing import Any

import autograd.numpy as np

from verification.models.domains import between_0_and_1, not_positive, within_unit_length
from verification.models.exponentials import exp
from verification.models.gated_linear_attention import ATTENTION, MOST, outer, output, read
from verification.models.model import Block, Model, Use


def step(f: Any, p: Any, x: Any, S: Any) -> Any:
    """S (…, N, A, K, V), after x.k (…, N, A, K), x.v (…, N, A, V) and x.beta (…, N, A)."""
    error = x.v - read(f.named("matrix that a key reads", S), x.k)
    return S + outer(x.k, np.expand_dims(x.beta, -1) * error)


def gated(f: Any, p: Any, x: Any, S: Any) -> Any:
    """The same, of what is left by x.g (…, N, A)."""
    return step(f, p, x, np.expand_dims(f.decay(x.g), (-1, -2)) * S)


delta_rule = Model(
    name="delta_rule",
    blocks=(
        Block("q", ("A", "K"), Use.INPUT, meaning="queries"),
        Block("k", ("A", "K"), Use.INPUT, meaning="keys", domain=within_unit_length),
        Block("v", ("A", "V"), Use.INPUT, meaning="values"),
        Block("beta", ("A",), Use.INPUT, meaning="how far a value is moved", domain=between_0_and_1),
        Block("S0", ("A", "K", "V"), Use.STATE, meaning="initial matrix"),
    ),
    step=step,
    output=output,
    most=MOST,
    ordinary=ATTENTION,
)

_DECAY = Block("g", ("A",), Use.INPUT, meaning="logarithm of the decay", domain=not_positive)

gated_delta_rule = replace(
    delta_rule,
    name="gated_delta_rule",
    blocks=(*delta_rule.of(Use.INPUT), _DECAY, *delta_rule.of(Use.STATE)),
    step=gated,
    functions={"decay": (exp,)},
)
