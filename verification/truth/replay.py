"""Truncation by its definition: autograd of replays from detached states.

The loss at step t sees the state that is replayed from states[first], held constant, through step t. The
initial state is never held constant. A loss that reaches no step sees its own state held constant, and so
only the readout.
"""

import warnings
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np

from verification.models.arrays import Array
from verification.models.case import WIDER, Case, Cotangents
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Named, State, Use
from verification.truth.long import as_double
from verification.truth.parts import OUTPUTS, VALUE, final_of


def gradient(case: Case, dtype: Any = None) -> dict[str, Array]:
    """Every block of the truncated gradient, in ``dtype`` or else the next type wider than the case's."""
    wide = case.astype(dtype or WIDER[as_double(case).dtype])
    model = wide.model
    arithmetic = Arithmetic()
    f = Namespace(wide.chosen, arithmetic)

    def loss(leaves: dict[str, Any]) -> Any:
        named = {name: leaves[name] for name in wide.blocks}
        p = Named({block.name: named[block.name] for block in model.of(Use.STEP)})
        readout = Named({b.name: named[b.name] for b in model.of(Use.READOUT) if b.name in named})

        def step(s: int, state: State) -> State:
            inputs = {block.name: named[block.name][:, s] for block in model.of(Use.INPUT)}
            return model.advance(f, p, inputs, state)

        states: list[State] = [tuple(named[block.name] for block in model.of(Use.STATE))]
        for s in range(wide.steps):
            states.append(step(s, states[-1]))
        # Losses that reach back to one step replay the same states: each goes on where the last ended.
        replays: dict[int, list[State]] = {0: states}
        total: Any = 0.0
        reach = wide.reach
        for t in wide.losses:
            first = min(reach[t], t + 1)
            held = [tuple(arithmetic.stop(array) for array in states[first])]
            replay = replays.setdefault(first, held)
            while first + len(replay) <= t + 1:
                replay.append(step(first + len(replay) - 1, replay[-1]))
            data = wide.objective.data(t, wide.steps)
            total = total + anp.sum(wide.objective.term(model, f, readout, data, replay[t + 1 - first]))
        return total

    # The derivative of tanh is written 1 / cosh², which overflows to the right answer, 0. And autograd warns
    # where no loss reaches anything, which is what a truncation may want.
    with np.errstate(over="ignore", invalid="ignore", under="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Output seems independent of input")
        grads = autograd.grad(loss)(dict(wide.blocks))
    return {name: np.conj(array) if np.iscomplexobj(array) else array for name, array in grads.items()}


def forward(case: Case) -> dict[str, Array]:
    """What the forward computes, by name, in the case's own type."""
    model, f = case.model, Namespace(case.chosen, Arithmetic())
    p = Named({block.name: case.blocks[block.name] for block in model.of(Use.STEP)})
    readout = Named({b.name: case.blocks[b.name] for b in model.of(Use.READOUT) if b.name in case.blocks})
    state: State = case.state
    outputs, value = [], np.zeros((), case.dtype)
    for t in range(case.steps):
        state = model.advance(f, p, {name: array[:, t] for name, array in case.inputs.items()}, state)
        outputs.append(
            state[0] if isinstance(case.objective, Cotangents) else model.readout(f, readout, *state)
        )
        if t in case.losses:
            data = case.objective.data(t, case.steps)
            value = value + np.sum(case.objective.term(model, f, readout, data, state))
    if isinstance(case.objective, Cotangents):
        finals = zip(model.of(Use.STATE), state, strict=True)
        return {OUTPUTS: np.stack(outputs, axis=1), **{final_of(block): array for block, array in finals}}
    return {OUTPUTS: np.stack(outputs, axis=1), VALUE: np.asarray(value)}
