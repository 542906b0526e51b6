"""numpy-ml: layers.LSTMCell; a new cell for each call.

Its initial state is zero. Its two accumulators before the last step are what its loop starts from.
A cell adds each backward to the gradients that it has, by design.
"""

import collections
import collections.abc

import numpy as np
from sources import package

from verification import Scope, layer
from verification.models import lstm

PIN = {
    "title": "numpy-ml, LSTMCell",
    "repository": "ddbourgin/numpy-ml",
    "commit": "b0359af5285fbf9699d64fd5ec059493228af03e",
    "files": {
        "numpy_ml/neural_nets/layers/layers.py": "9178b84393491aec91117d94bced5b8f",
    },
}

collections.Hashable = collections.abc.Hashable  # the package imports it from where it was
LSTMCell = package(PIN["repository"], "numpy_ml.neural_nets.layers").LSTMCell
GATES = ("u", "f", "c", "o")  # ours: i, f, g, o


def forward(params, xs, state):
    U, W, b = params["U"], params["W"], params["b"]
    cell = LSTMCell(W.shape[1])
    cell.forward(np.zeros_like(xs[:, 0]))  # makes its parameters
    cell.flush_gradients()
    cell.derived_variables |= {"dLdA_accumulator": None, "dLdC_accumulator": None}
    stacked = zip(GATES, np.split(U, 4), np.split(W, 4), np.split(b, 4), strict=True)
    for gate, U_g, W_g, b_g in stacked:
        cell.parameters[f"W{gate}"] = np.concatenate([W_g, U_g], axis=1).T
        cell.parameters[f"b{gate}"] = b_g[None]
    steps = [cell.forward(xs[:, t]) for t in range(xs.shape[1])]
    final = tuple(array.copy() for array in steps[-1])
    return np.stack([h for h, _ in steps], axis=1), final, (cell, W.shape[1])


def backward(saved, d_outputs, d_state):
    cell, H = saved
    cell.derived_variables |= dict(zip(("dLdA_accumulator", "dLdC_accumulator"), d_state, strict=True))
    d_xs = [cell.backward(d_outputs[:, t]) for t in reversed(range(d_outputs.shape[1]))]
    d_W = np.concatenate([cell.gradients[f"W{gate}"].T for gate in GATES])
    d_b = np.concatenate([cell.gradients[f"b{gate}"][0] for gate in GATES])
    return {"U": d_W[:, H:], "W": d_W[:, :H], "b": d_b}, np.stack(d_xs[::-1], axis=1), (None, None)


engine = layer(
    forward,
    backward,
    model=lstm,
    scope=Scope(
        dtypes=("float64",),
        states="zero",
        blocks=("U", "W", "b", "xs"),
        records=(1, 9),
        steps=(1, 9),
        declines=("second backward",),
    ),
)
