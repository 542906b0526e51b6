"""neuralnetlib: GRUCell, one step, with clip_value infinite: a gradient is judged before it is clipped.

Its sigmoid stays 1e-12 away from 0 and 1, and so does the model's here, whose slope is theirs, s (1 − s). The
reset comes before the product, and z weighs the candidate.
"""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
from neuralnetlib.layers import GRUCell

from verification import Function, Scope, step
from verification.models.variants import gru_reset_before_flipped

PIN = {
    "title": "neuralnetlib, GRUCell",
    "package": "neuralnetlib==5.0.0",
    "environment": "neuralnetlib",
}
GATES = ("r", "z", "h")


def clipped(model, edge):
    """The model with a sigmoid that stays ``edge`` away from 0 and 1."""

    def value(a):
        return anp.clip(anp.exp(-anp.logaddexp(0, -a)), edge, 1 - edge)

    def slope(a):
        return value(a) * (1 - value(a))

    gate = Function("clipped_sigmoid", value, slope=slope, slope_sensitivity=lambda y: y * abs(1 - 2 * y))
    return replace(model, functions={**model.functions, "gate": (gate,)})


def forward(params, x, state):
    cell = GRUCell(state[0].shape[1], clip_value=np.inf)
    stacked = (np.split(params[name], 3) for name in ("U", "W", "b"))
    for gate, U, W, b in zip(GATES, *stacked, strict=True):
        cell.__dict__ |= {f"W{gate}": U.T, f"U{gate}": W.T, f"b{gate}": b[None]}
    return (cell.forward(x, *state),), cell


def backward(cell, d_state):
    cell._init_gradients()
    d_x, d_h = cell.backward(*d_state)
    d_params = {
        "U": np.concatenate([getattr(cell, f"dW{gate}").T for gate in GATES]),
        "W": np.concatenate([getattr(cell, f"dU{gate}").T for gate in GATES]),
        "b": np.concatenate([getattr(cell, f"db{gate}")[0] for gate in GATES]),
    }
    return d_params, d_x, (d_h,)


engine = step(
    forward,
    backward,
    model=clipped(gru_reset_before_flipped, 1e-12),
    scope=Scope(dtypes=("float64",), records=(1, 17), steps=(1, 9)),
)
