"""The long short-term memory, its gates i, f, g, o stacked in U, W and b, as in PyTorch.

    i, f, o = gate(U x + W h + b)        g = candidate(U x + W h + b)        each by its own rows
    c′ = f ⊙ c + i ⊙ g
    h′ = o ⊙ output(c′)

Source: Hochreiter and Schmidhuber (1997), with the forget gate of Gers, Schmidhuber and Cummins (2000).
"""

from typing import Any

from verification.models.model import Block, Model, Use
from verification.models.parts import parts
from verification.models.product import rows
from verification.models.readout import READOUT, affine, bias

GATES = ("i", "f", "g", "o")

# The forget gate starts open (Gers, Schmidhuber and Cummins).
STARTS = (0.0, 1.0, 0.0, 0.0)


def step(f: Any, p: Any, x: Any, h: Any, c: Any) -> Any:
    """h and c (…, N, H), after x (…, N, D)."""
    a = rows(p.U, x) + rows(p.W, h) + bias(p.b)
    a_i, a_f, a_g, a_o = parts(a, 4)
    c = f.gate(a_f) * c + f.gate(a_i) * f.candidate(a_g)
    h = f.gate(a_o) * f.output(c)
    return h, c


lstm = Model(
    name="lstm",
    blocks=(
        Block("U", ("4 H", "D"), Use.STEP, GATES, "input weights"),
        Block("W", ("4 H", "H"), Use.STEP, GATES, "recurrent weights"),
        Block("b", ("4 H",), Use.STEP, GATES, "bias", STARTS),
        *READOUT,
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("h0", ("H",), Use.STATE, meaning="initial state"),
        Block("c0", ("H",), Use.STATE, meaning="initial cell state"),
    ),
    step=step,
    readout=affine,
    functions={
        "gate": ("sigmoid", "rational_gate"),
        "candidate": ("tanh", "softsign"),
        "output": ("tanh", "softsign", "identity"),
    },
)
