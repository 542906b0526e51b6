"""The sLSTM: an LSTM with exponential gates, a normaliser and a stabiliser. Its gates i, f, z, o are stacked.

    a = U x + W h + b                       each gate by its own rows
    φ = keep(a_f) + m       m′ = max(φ, a_i)
    w = exp(a_i − m′)       l = exp(φ − m′)
    c′ = l ⊙ c + w ⊙ candidate(a_z)         n′ = l ⊙ n + w
    h′ = gate(a_o) ⊙ c′ / n′                all (N, H)

``keep`` is the logarithm of a sigmoid. A normaliser is 0 or above. Where φ and a_i stand too near to each
other, the larger one has no slope, and nothing is checked.

Source: Beck et al., *xLSTM*, arXiv 2405.04517, equations 8 to 17, of one head.
"""

from typing import Any

from verification.models.domains import not_negative
from verification.models.exponentials import exp, log_sigmoid
from verification.models.model import Block, Model, Use
from verification.models.parts import parts
from verification.models.product import rows
from verification.models.readout import bias

GATES = ("i", "f", "z", "o")


def step(f: Any, p: Any, x: Any, h: Any, c: Any, n: Any, m: Any) -> Any:
    """h, c, n and m (…, N, H), after x (…, N, D)."""
    a_i, a_f, a_z, a_o = parts(rows(p.U, x) + rows(p.W, h) + bias(p.b), 4)
    kept = f.keep(a_f) + m
    m = f.named("stabiliser", a_i + f.excess(kept - a_i))
    weight, left = f.decay(a_i - m), f.decay(kept - m)
    c = left * c + weight * f.candidate(a_z)
    n = left * n + weight
    return f.gate(a_o) * c / f.named("normaliser", n), c, n, m


slstm = Model(
    name="slstm",
    blocks=(
        Block("U", ("4 H", "D"), Use.STEP, GATES, "input weights"),
        Block("W", ("4 H", "H"), Use.STEP, GATES, "recurrent weights"),
        Block("b", ("4 H",), Use.STEP, GATES, "bias"),
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("h0", ("H",), Use.STATE, meaning="initial state"),
        Block("c0", ("H",), Use.STATE, meaning="initial cell state"),
        Block("n0", ("H",), Use.STATE, meaning="initial normaliser", domain=not_negative),
        Block("m0", ("H",), Use.STATE, meaning="initial stabiliser"),
    ),
    step=step,
    functions={
        "keep": (log_sigmoid,),
        "excess": ("relu",),
        "decay": (exp,),
        "candidate": ("tanh",),
        "gate": ("sigmoid",),
    },
)
