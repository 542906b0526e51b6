"""The LSTM with a projection: what is handed on is smaller than the cell. Gates i, f, g, o are stacked.

    i, f, o = gate(U x + W h + b)        g = candidate(U x + W h + b)        each by its own rows
    c′ = f ⊙ c + i ⊙ g                   c (N, H)
    h′ = R (o ⊙ output(c′))              R (P, H), h (N, P)

Source: Sak, Senior and Beaufays, *Long short-term memory based recurrent neural network architectures*, arXiv
1402.1128, equations 7 to 11, without peepholes, as PyTorch's ``proj_size``.
"""

from typing import Any

from verification.models.lstm import GATES, STARTS, lstm
from verification.models.lstm import step as unprojected
from verification.models.model import Block, Model, Use
from verification.models.product import rows


def step(f: Any, p: Any, x: Any, h: Any, c: Any) -> Any:
    """h (…, N, P) and c (…, N, H), after x (…, N, D)."""
    h, c = unprojected(f, p, x, h, c)
    return rows(p.R, h), c


projected_lstm = Model(
    name="projected_lstm",
    blocks=(
        Block("U", ("4 H", "D"), Use.STEP, GATES, "input weights"),
        Block("W", ("4 H", "P"), Use.STEP, GATES, "recurrent weights"),
        Block("b", ("4 H",), Use.STEP, GATES, "bias", STARTS),
        Block("R", ("P", "H"), Use.STEP, meaning="projection"),
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("h0", ("P",), Use.STATE, meaning="initial state"),
        Block("c0", ("H",), Use.STATE, meaning="initial cell state"),
    ),
    step=step,
    functions=lstm.functions,
)
