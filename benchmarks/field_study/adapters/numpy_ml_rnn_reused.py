"""numpy-ml: layers.RNNCell, one cell for all calls, its gradients flushed by ``flush_gradients`` in between.

That is what its ``update`` does after each step of training.
"""

import numpy as np
from numpy_ml_rnn import RNNCell, arrays, scope

from verification import layer
from verification.models import vanilla

PIN = {
    "title": "numpy-ml, RNNCell after flush_gradients",
    "repository": "ddbourgin/numpy-ml",
    "commit": "b0359af5285fbf9699d64fd5ec059493228af03e",
    "files": {
        "numpy_ml/neural_nets/layers/layers.py": "9178b84393491aec91117d94bced5b8f",
    },
    "page": "numpy-ml.md",
}


def forward(params, xs, state):
    cell = RNNCell(len(params["Wax"].T))
    cell.forward(np.zeros_like(xs[:, 0]))
    cell.flush_gradients()
    cell.parameters = {name: array if array.ndim > 1 else array[:, None] for name, array in params.items()}
    outputs = [cell.forward(xs[:, t]) for t in range(xs.shape[1])]
    return np.stack(outputs, axis=1), (outputs[-1].copy(),), cell


def backward(cell, d_outputs, d_state):
    d_outputs = d_outputs.copy()
    d_outputs[:, -1] += d_state[0]  # the last output is the final state
    d_xs = [cell.backward(d_outputs[:, t]) for t in reversed(range(d_outputs.shape[1]))]
    d_params = {name: d[:, 0] if name in ("ba", "bx") else d for name, d in cell.gradients.items()}
    return d_params, np.stack(d_xs[::-1], axis=1), (None,)


engine = layer(forward, backward, model=vanilla, scope=scope, arrays=arrays)
