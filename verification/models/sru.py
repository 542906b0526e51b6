"""The simple recurrent unit, whose gates see the cell entry by entry; U stacks x, f, r, s, v and b f, r.

    f = gate(U_f x + v_f ⊙ c + b_f)        r = gate(U_r x + v_r ⊙ c + b_r)
    c′ = f ⊙ c + (1 − f) ⊙ U_x x           it puts out r ⊙ c′ + (1 − r) ⊙ U_s x

With as many inputs as units, U_s may be the identity.

Source: Lei et al., *Simple recurrent units for highly parallelizable recurrence*, arXiv 1709.02755,
section 3.
"""

from typing import Any

from verification.models.model import Block, Model, Use, When
from verification.models.parts import parts
from verification.models.product import rows
from verification.models.readout import bias

GATES = ("f", "r")


def step(f: Any, p: Any, x: Any, c: Any) -> Any:
    """c (…, N, H), after x (…, N, D)."""
    return gated(f, p, x, c)[0]


def output(f: Any, p: Any, x: Any, c: Any) -> Any:
    """h (…, N, H), from the cell before its step."""
    after, reset, skipped = gated(f, p, x, c)
    return reset * after + (1 - reset) * skipped


def gated(f: Any, p: Any, x: Any, c: Any) -> tuple[Any, Any, Any]:
    """The cell after a step, r, and what passes by it, all (…, N, H)."""
    new, a_f, a_r, skipped = parts(rows(p.U, x), 4)
    (v_f, v_r), (b_f, b_r) = (parts(bias(each), 2) for each in (p.v, p.b))
    forget, reset = f.gate(a_f + v_f * c + b_f), f.gate(a_r + v_r * c + b_r)
    return forget * c + (1 - forget) * new, reset, skipped


sru = Model(
    name="sru",
    blocks=(
        Block("U", ("4 H", "D"), Use.STEP, ("x", *GATES, "s"), "input weights"),
        Block("v", ("2 H",), Use.STEP, GATES, "weights of the cell in the gates"),
        Block("b", ("2 H",), Use.STEP, GATES, "bias"),
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("c0", ("H",), Use.STATE, meaning="initial cell state"),
    ),
    step=step,
    output=output,
    reads=When.BEFORE,
    functions={"gate": ("sigmoid",)},
)
