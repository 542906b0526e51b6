"""The selective scan: a diagonal state space whose step size, input and readout are inputs, one a step.

    s = size(Δ_t)                                   s, Δ_t, u_t, y_t (N, E), of E channels
    h′ = exp(s A) ⊙ h + (s ⊙ u_t) B_tᵀ              A (E, S), 0 or below; B_t, C_t (N, S); h (N, E, S)
    y_t = h′ C_t + D ⊙ u_t                          D (E,), named skip

A step size is softplus(Δ), as with ``delta_softplus``.

Source: Gu and Dao, *Mamba*, arXiv 2312.00752, equations 2 and 4 and algorithm 2, with B discretised by
Euler's rule, as its code does.
"""

from typing import Any

import autograd.numpy as np

from verification.models.domains import not_positive
from verification.models.exponentials import exp, softplus
from verification.models.gated_linear_attention import outer
from verification.models.model import Block, Model, Use
from verification.models.readout import bias


def step(f: Any, p: Any, x: Any, h: Any) -> Any:
    """h (…, N, E, S), after x.u, x.delta (…, N, E) and x.B (…, N, S)."""
    size = f.size(x.delta)
    decay = f.decay(np.expand_dims(size, -1) * np.expand_dims(p.A, -3))
    return decay * h + outer(size * x.u, x.B)


def output(f: Any, p: Any, x: Any, h: Any) -> Any:
    """y (…, N, E), by x.C (…, N, S)."""
    return np.sum(h * np.expand_dims(x.C, -2), axis=-1) + bias(p.skip) * x.u


selective_scan = Model(
    name="selective_scan",
    blocks=(
        Block("A", ("E", "S"), Use.STEP, meaning="decay of each state", domain=not_positive),
        Block("skip", ("E",), Use.STEP, meaning="what passes by the states, D"),
        Block("u", ("E",), Use.INPUT, meaning="inputs"),
        Block("delta", ("E",), Use.INPUT, meaning="step sizes, before softplus"),
        Block("B", ("S",), Use.INPUT, meaning="input weights"),
        Block("C", ("S",), Use.INPUT, meaning="readout"),
        Block("h0", ("E", "S"), Use.STATE, meaning="initial state"),
    ),
    step=step,
    output=output,
    functions={"size": (softplus,), "decay": (exp,)},
    # Of channels, and of states in each, in the designed sample.
    designed={"E": 65, "S": 17},
    # As those of ``verification.models.gated_linear_attention``; beyond a block of 256 channels.
    ordinary=(
        {"N": 8, "T": 32, "E": 64, "S": 16},
        {"N": 1, "T": 33, "E": 512, "S": 16},
        {"N": 2, "T": 129, "E": 130, "S": 33},
        {"N": 1, "T": 144, "E": 128, "S": 16},
        {"N": 1, "T": 9, "E": 257, "S": 64},
        {"N": 16, "T": 4, "E": 64, "S": 16},
        {"N": 129, "T": 255, "E": 2, "S": 2},
        {"N": 129, "T": 509, "E": 2, "S": 2},
        {"N": 1, "T": 512, "E": 16, "S": 16},
    ),
)
