"""The mLSTM: a matrix memory that a query reads over a normaliser, with exponential gates and a stabiliser.

    φ = keep(f_t) + m       m′ = max(φ, i_t)        i_t, f_t, m (N, A), of A heads
    w = exp(i_t − m′)       l = exp(φ − m′)
    C′ = l C + w k_t v_tᵀ   n′ = l n + w k_t        C (N, A, K, V), k_t, q_t, n (N, A, K), v_t (N, A, V)
    h_t = C′ᵀ q_t / max(|n′ · q_t|, exp(−m′))       h_t (N, A, V)

``keep`` is the logarithm of a sigmoid. A key that is to be scaled is given so; an output gate comes after it.
Where φ and i_t are too near to each other, the larger one has no slope, and nothing is checked.

Source: Beck et al., *xLSTM*, arXiv 2405.04517, equations 19 to 27, stabilised by its equation 15; the
denominator is that of its appendix. There C is (V, K).
"""

from typing import Any

import autograd.numpy as np

from verification.models.domains import within_20
from verification.models.exponentials import exp, log_sigmoid
from verification.models.gated_linear_attention import ATTENTION, DESIGNED, outer, read
from verification.models.model import Block, Model, Use


def step(f: Any, p: Any, x: Any, C: Any, n: Any, m: Any) -> Any:
    """C (…, N, A, K, V), n (…, N, A, K) and m (…, N, A), after x.k, x.v, x.i and x.f."""
    kept = f.keep(x.f) + m
    m = f.named("stabiliser", x.i + f.excess(kept - x.i))
    weight, left = f.decay(x.i - m), f.decay(kept - m)
    C = np.expand_dims(left, (-1, -2)) * C + outer(np.expand_dims(weight, -1) * x.k, x.v)
    n = np.expand_dims(left, -1) * n + np.expand_dims(weight, -1) * x.k
    return C, n, m


def output(f: Any, p: Any, x: Any, C: Any, n: Any, m: Any) -> Any:
    """h (…, N, A, V), by x.q (…, N, A, K)."""
    least = f.named("least normaliser", f.decay(-m))
    size = least + f.excess(np.abs(f.named("normaliser", np.sum(n * x.q, axis=-1))) - least)
    return read(C, x.q) / np.expand_dims(size, -1)


mlstm = Model(
    name="mlstm",
    blocks=(
        Block("q", ("A", "K"), Use.INPUT, meaning="queries"),
        Block("k", ("A", "K"), Use.INPUT, meaning="keys"),
        Block("v", ("A", "V"), Use.INPUT, meaning="values"),
        Block("i", ("A",), Use.INPUT, meaning="input gate, before exp", domain=within_20),
        Block("f", ("A",), Use.INPUT, meaning="forget gate, before its sigmoid"),
        Block("C0", ("A", "K", "V"), Use.STATE, meaning="initial memory"),
        Block("n0", ("A", "K"), Use.STATE, meaning="initial normaliser"),
        Block("m0", ("A",), Use.STATE, meaning="initial stabiliser", domain=within_20),
    ),
    step=step,
    output=output,
    functions={"keep": (log_sigmoid,), "excess": ("relu",), "decay": (exp,)},
    designed=DESIGNED,
    ordinary=ATTENTION,
)
