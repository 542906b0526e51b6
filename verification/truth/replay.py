"""Truncation by its definition: autograd of replays from detached states.

The loss at step t depends on the state that is replayed from states[first], held constant, through step t.
The initial state is never held constant. A loss that reaches no step holds its own state constant, so only
the readout has a gradient.
"""

import warnings
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np

from verification.models.arrays import Array
from verification.models.case import WIDER, Case
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import NamedArrays, State, Use
from verification.truth.output_as_state import as_state, left_out
from verification.truth.substitute_types import as_known
from verification.truth.unroll import forward_parts, replays, walk


def gradient(case: Case, dtype: Any = None) -> dict[str, Array]:
    """Every block of the truncated gradient, in ``dtype`` or else the next type wider than the case's."""
    wide = as_state(case.astype(dtype or WIDER[as_known(case).dtype]))
    model = wide.model
    arithmetic = Arithmetic()
    f = Namespace(wide.chosen, arithmetic)

    def loss(leaves: dict[str, Any]) -> Any:
        named = {name: leaves[name] for name in wide.blocks}
        p, readout = model.named(named, Use.STEP), model.named(named, Use.READOUT)

        def step(s: int, state: State) -> State:
            inputs = {block.name: named[block.name][:, s] for block in model.of(Use.INPUT)}
            return model.advance(f, p, inputs, state)

        start = tuple(named[block.name] for block in model.of(Use.STATE))
        total: Any = 0.0
        for t, state in replays(wide, step, start, arithmetic.stop):
            data = wide.objective.data(t, wide.steps)
            total = total + anp.sum(wide.objective.term(model, f, readout, data, state))
        return total

    # autograd writes the derivative of tanh as 1 / cosh², which overflows to the right answer, 0. It also
    # warns where no loss reaches anything, which a truncation may intend.
    with np.errstate(over="ignore", invalid="ignore", under="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Output seems independent of input")
        grads = autograd.grad(loss)(dict(wide.blocks))
    grads = left_out(case, grads)
    return {name: np.conj(array) if np.iscomplexobj(array) else array for name, array in grads.items()}


def forward(given: Case, arithmetic: Arithmetic | None = None) -> dict[str, Array]:
    """What the forward computes, by name, in the case's own type."""
    case = as_state(given)
    readout = case.params(Use.READOUT)

    def drawn(t: int) -> tuple[NamedArrays, dict[str, Array]]:
        return readout, case.objective.data(t, case.steps)

    parts = forward_parts(case, [*walk(case, arithmetic)], drawn, arithmetic=arithmetic)
    return left_out(given, parts)
