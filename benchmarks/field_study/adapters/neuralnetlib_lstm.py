"""neuralnetlib: LSTMCell, one step.

Its sigmoid stays 1e-4 away from 0 and 1, and so does the model's here.
"""

import numpy as np
from neuralnetlib.layers import LSTMCell
from neuralnetlib_gru import clipped

from verification import Scope, step
from verification.models import lstm

PIN = {
    "title": "neuralnetlib, LSTMCell",
    "package": "neuralnetlib==5.0.0",
    "environment": "neuralnetlib",
    "page": "neuralnetlib.md",
}
GATES = ("i", "f", "c", "o")


def forward(params, x, state):
    cell = LSTMCell(state[0].shape[1])
    stacked = (np.split(params[name], 4) for name in ("U", "W", "b"))
    for gate, U, W, b in zip(GATES, *stacked, strict=True):
        cell.__dict__ |= {f"W{gate}": U.T, f"U{gate}": W.T, f"b{gate}": b[None]}
    return cell.forward(x, *state), cell


def backward(cell, d_state):
    cell._init_gradients()
    d_x, d_h, d_c = cell.backward(*d_state)
    d_params = {
        "U": np.concatenate([getattr(cell, f"dW{gate}").T for gate in GATES]),
        "W": np.concatenate([getattr(cell, f"dU{gate}").T for gate in GATES]),
        "b": np.concatenate([getattr(cell, f"db{gate}")[0] for gate in GATES]),
    }
    return d_params, d_x, (d_h, d_c)


engine = step(
    forward,
    backward,
    model=clipped(lstm, 1e-4),
    scope=Scope(dtypes=("float64",), records=(1, 17), steps=(1, 17)),
)
