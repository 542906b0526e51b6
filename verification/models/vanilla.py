"""The vanilla (Elman) cell.

    a_t = U x_t + W h_t + b        h_{t+1} = activation(a_t)        o_t = V h_{t+1} + c

Source: Elman, *Finding structure in time* (1990).
"""

from typing import Any

from verification.models.model import Block, Model, Use
from verification.models.product import rows
from verification.models.readout import READOUT, affine, bias


def step(f: Any, p: Any, x: Any, h: Any) -> Any:
    """h (…, N, H), after x (…, N, D)."""
    return f.activation(rows(p.U, x) + rows(p.W, h) + bias(p.b))


vanilla = Model(
    name="vanilla",
    blocks=(
        Block("U", ("H", "D"), Use.STEP, meaning="input weights"),
        Block("W", ("H", "H"), Use.STEP, meaning="recurrent weights"),
        Block("b", ("H",), Use.STEP, meaning="bias"),
        *READOUT,
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("h0", ("H",), Use.STATE, meaning="initial state"),
    ),
    step=step,
    readout=affine,
    functions={"activation": ("tanh", "sigmoid", "relu", "softsign", "identity")},
)
