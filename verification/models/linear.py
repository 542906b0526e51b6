"""The linear recurrence with a decay of its own for every unit, as in linear recurrent units.

    h′ = λ ⊙ h + B x        λ (H,), named lam, and B (H, D)

``linear`` has real numbers, ``complex_linear`` complex ones. A gradient is ∂L/∂Re + i ∂L/∂Im.

Source: Orvieto et al., *Resurrecting recurrent neural networks for long sequences* (2023).
"""

from dataclasses import replace
from typing import Any

from verification.models.model import Block, Model, Use
from verification.models.product import rows
from verification.models.readout import bias


def step(f: Any, p: Any, x: Any, h: Any) -> Any:
    """h (…, N, H), after x (…, N, D)."""
    return bias(p.lam) * h + rows(p.B, x)


linear = Model(
    name="linear",
    blocks=(
        Block("lam", ("H",), Use.STEP, meaning="decay of each unit, λ"),
        Block("B", ("H", "D"), Use.STEP, meaning="input weights"),
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("h0", ("H",), Use.STATE, meaning="initial state"),
    ),
    step=step,
)

complex_linear = replace(linear, name="complex_linear", complex=True)
