"""The first oracle: ``autograd.grad`` of the reference forward, with truncation by stopped states.

Truncation by definition: the loss at step t sees the state that is replayed from states[first], held
constant, through step t; first is the earliest step that the policy lets it reach. The initial state is
never held constant. A loss that reaches no step sees its own state held constant, and so only V and c.
"""

from typing import Any

import autograd
import autograd.numpy as np

from verification.problem import Gradients, Problem
from verification.reference.activations import ACTIVATIONS
from verification.reference.cells import STEPS
from verification.reference.losses import squared_error
from verification.reference.network import read_out, unroll
from verification.reference.truncation import mask, stop


def gradients(problem: Problem, dtype: Any = None) -> Gradients:
    """The forward's values and the truncated gradient, computed in ``dtype`` (the problem's own if None)."""
    leaves = {name: a.astype(dtype or problem.dtype) for name, a in problem.arrays().items()}
    reach = mask(*problem.policy, problem.steps)
    cell, f = STEPS[problem.cell], ACTIVATIONS[problem.activation]
    targets = problem.targets_by_step.astype(dtype or problem.dtype)

    def step(leaves: dict[str, Any], s: int, h: Any) -> Any:
        return cell(f, leaves["U"], leaves["W"], leaves["b"], leaves["xs"][:, s], h)

    def states(leaves: dict[str, Any]) -> list[Any]:
        return unroll(lambda s, _, h: step(leaves, s, h), range(problem.steps), leaves["h0"])

    def loss(leaves: dict[str, Any]) -> Any:
        hs = states(leaves)
        # Losses that reach back to one step replay the same states: each goes on where the last ended.
        replays: dict[int, list[Any]] = {}
        total = 0
        for target, t in zip(targets, range(problem.first_loss, problem.steps), strict=True):
            reached = np.flatnonzero(reach[t])
            first = reached[0] if len(reached) else t + 1
            replay = replays.setdefault(first, [hs[first] if first == 0 else stop(hs[first])])
            while first + len(replay) <= t + 1:
                replay.append(step(leaves, first + len(replay) - 1, replay[-1]))
            total = total + squared_error(read_out(leaves["V"], leaves["c"], replay[-1]), target)
        return total

    # The derivative of tanh is written 1 / cosh², which overflows to the right answer, 0.
    with np.errstate(over="ignore"):
        value, grads = autograd.value_and_grad(loss)(leaves)
    outputs = [read_out(leaves["V"], leaves["c"], h) for h in states(leaves)[1:]]
    del grads["targets"]
    return Gradients(outputs=np.stack(outputs, axis=1), value=value, **grads)
