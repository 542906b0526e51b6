"""The gated recurrent unit, reset after the product, as in PyTorch and cuDNN; r, z, n stacked in U, W, b.

    r = gate(U_r x + W_r h + b_r)        z = gate(U_z x + W_z h + b_z)
    n = candidate(U_n x + b_n + r ⊙ (W_n h + bn))
    h′ = (1 − z) ⊙ n + z ⊙ h

Source: Cho et al. (2014); the reset after the product, which lets W h be one product, is cuDNN's.
"""

from typing import Any

from verification.models.model import Block, Model, Use
from verification.models.parts import parts
from verification.models.product import rows
from verification.models.readout import READOUT, affine, bias

GATES = ("r", "z", "n")


def step(f: Any, p: Any, x: Any, h: Any) -> Any:
    """h (…, N, H), after x (…, N, D)."""
    x_r, x_z, x_n = parts(rows(p.U, x) + bias(p.b), 3)
    h_r, h_z, h_n = parts(rows(p.W, h), 3)
    r, z = f.gate(x_r + h_r), f.gate(x_z + h_z)
    n = f.candidate(x_n + r * (h_n + bias(p.bn)))
    return (1 - z) * n + z * h


gru = Model(
    name="gru",
    blocks=(
        Block("U", ("3 H", "D"), Use.STEP, GATES, "input weights"),
        Block("W", ("3 H", "H"), Use.STEP, GATES, "recurrent weights"),
        Block("b", ("3 H",), Use.STEP, GATES, "bias"),
        Block("bn", ("H",), Use.STEP, meaning="bias of the candidate's recurrent part"),
        *READOUT,
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("h0", ("H",), Use.STATE, meaning="initial state"),
    ),
    step=step,
    readout=affine,
    functions={"gate": ("sigmoid", "rational_gate"), "candidate": ("tanh", "softsign")},
)
