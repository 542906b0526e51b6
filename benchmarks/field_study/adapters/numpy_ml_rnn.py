"""numpy-ml: layers.RNNCell, a vanilla layer of tanh; a new cell for each call.

Its initial state is zero. The accumulator of dL/dA before the last step is what its loop starts from.
A cell adds each backward to the gradients that it has, by design.
"""

import collections
import collections.abc

import numpy as np
from sources import package

from verification import Scope, layer
from verification.models import vanilla

PIN = {
    "title": "numpy-ml, RNNCell",
    "repository": "ddbourgin/numpy-ml",
    "commit": "b0359af5285fbf9699d64fd5ec059493228af03e",
    "files": {
        "numpy_ml/neural_nets/layers/layers.py": "9178b84393491aec91117d94bced5b8f",
    },
}

collections.Hashable = collections.abc.Hashable  # the package imports it from where it was
RNNCell = package(PIN["repository"], "numpy_ml.neural_nets.layers").RNNCell


def forward(params, xs, state):
    cell = RNNCell(len(params["Wax"].T))
    cell.forward(np.zeros_like(xs[:, 0]))  # makes its parameters
    cell.flush_gradients()
    cell.derived_variables["dLdA_accumulator"] = None
    cell.parameters = {name: array if array.ndim > 1 else array[:, None] for name, array in params.items()}
    outputs = [cell.forward(xs[:, t]) for t in range(xs.shape[1])]
    return np.stack(outputs, axis=1), (outputs[-1].copy(),), cell


def backward(cell, d_outputs, d_state):
    cell.derived_variables["dLdA_accumulator"] = d_state[0]
    d_xs = [cell.backward(d_outputs[:, t]) for t in reversed(range(d_outputs.shape[1]))]
    d_params = {name: d[:, 0] if name in ("ba", "bx") else d for name, d in cell.gradients.items()}
    return d_params, np.stack(d_xs[::-1], axis=1), (None,)


scope = Scope(
    functions={"activation": ("tanh",)},
    dtypes=("float64",),
    states="zero",
    blocks=("U", "W", "b", "xs"),
    declines=("second backward",),
)
arrays = {"U": ("Wax", "T"), "W": ("Waa", "T"), "b": ("bx", "ba")}
engine = layer(forward, backward, model=vanilla, scope=scope, arrays=arrays)
