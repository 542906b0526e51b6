"""The first-order scan, without parameters: its coefficients are inputs, one a step.

    h′ = a_t ⊙ h + x_t        a_t, x_t (N, H)

``scan`` has real numbers, ``complex_scan`` complex ones. A gradient is ∂L/∂Re + i ∂L/∂Im.

Source: Blelloch, *Prefix sums and their applications* (1990), section 1.4.
"""

from dataclasses import replace
from typing import Any

from verification.models.model import Block, Model, Use


def step(f: Any, p: Any, x: Any, h: Any) -> Any:
    """h (…, N, H), after x.a and x.x of the same shape."""
    return x.a * h + x.x


scan = Model(
    name="scan",
    blocks=(
        Block("a", ("H",), Use.INPUT, meaning="coefficients"),
        Block("x", ("H",), Use.INPUT, meaning="inputs"),
        Block("h0", ("H",), Use.STATE, meaning="initial state"),
    ),
    step=step,
)

complex_scan = replace(scan, name="complex_scan", complex=True)
