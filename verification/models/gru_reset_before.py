"""The gated recurrent unit with the reset before the product, as first published; r, z, n stacked in U, W, b.

    r = gate(U_r x + W_r h + b_r)        z = gate(U_z x + W_z h + b_z)
    n = candidate(U_n x + W_n (r ⊙ h) + b_n)
    h′ = (1 − z) ⊙ n + z ⊙ h

Source: Cho et al., *Learning phrase representations using RNN encoder–decoder* (2014).
"""

from typing import Any

from verification.models.gru import GATES
from verification.models.model import Block, Model, Use
from verification.models.parts import parts
from verification.models.product import rows
from verification.models.readout import READOUT, affine, bias


def step(f: Any, p: Any, x: Any, h: Any) -> Any:
    """h (…, N, H), after x (…, N, D)."""
    W_r, W_z, W_n = parts(p.W, 3, axis=-2)
    x_r, x_z, x_n = parts(rows(p.U, x) + bias(p.b), 3)
    r, z = f.gate(x_r + rows(W_r, h)), f.gate(x_z + rows(W_z, h))
    n = f.candidate(x_n + rows(W_n, r * h))
    return (1 - z) * n + z * h


gru_reset_before = Model(
    name="gru_reset_before",
    blocks=(
        Block("U", ("3 H", "D"), Use.STEP, GATES, "input weights"),
        Block("W", ("3 H", "H"), Use.STEP, GATES, "recurrent weights"),
        Block("b", ("3 H",), Use.STEP, GATES, "bias"),
        *READOUT,
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("h0", ("H",), Use.STATE, meaning="initial state"),
    ),
    step=step,
    readout=affine,
    functions={"gate": ("sigmoid", "rational_gate"), "candidate": ("tanh", "softsign")},
)
