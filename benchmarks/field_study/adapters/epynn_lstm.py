"""EpyNN: lstm.LSTM over whole sequences, by its forward, backward and compute_gradients.

Its initial states are zero, and its buffers float64. It takes its functions as arguments: here its own
sigmoid, and NumPy's tanh, since its own is told of in epynn_tanh.py. The final memory's cotangent is what its
loop starts from.
"""

from functools import partial

import numpy as np
from sources import package

from verification import Scope, layer
from verification.models import lstm

PIN = {
    "title": "EpyNN, LSTM",
    "repository": "Synthaze/EpyNN",
    "commit": "06ea8cbd78e38da7fd6be651a6dacabb3e37734d",
    "files": {
        "epynn/lstm/forward.py": "e67938d709ddf35e95a492bcbba06458",
        "epynn/lstm/backward.py": "15c416d5118a0c41af5db2834c96df77",
        "epynn/lstm/parameters.py": "0e44b388abe5279fb5c69e02dd8471e6",
        "epynn/commons/maths.py": "3b69ab0290fabb16573e70d299618490",
    },
}

LSTM = package(PIN["repository"], "epynn.lstm.models").LSTM
SETTINGS = package(PIN["repository"], "epynn.settings").se_hPars
passes = package(PIN["repository"], "epynn.lstm.backward")
initialize = passes.initialize_backward


def starting(net, d_outputs):
    """What its loop starts from."""
    d_outputs, d_h, _ = initialize(net, d_outputs)
    return d_outputs, d_h, net.d_memory


passes.initialize_backward = starting


def tanh(a, deriv=False):
    return 1 - np.tanh(a) ** 2 if deriv else np.tanh(a)


def of_sequences(make, gates, states):
    """Forward and backward of a layer, ``make(H, ...)``; ``gates``: its names, in the model's order."""

    def forward(params, xs, state):
        net = make(state[0].shape[1], sequences=True, se_hPars=SETTINGS)
        stacked = (np.split(params[name], len(gates)) for name in ("U", "W", "b"))
        for gate, U, W, b in zip(gates, *stacked, strict=True):
            net.p |= {f"U{gate}": U.T, f"V{gate}": W.T, f"b{gate}": b[None]}
        outputs = net.forward(xs)
        return outputs, tuple(net.fc[name][:, -1].copy() for name in states), net

    def backward(net, d_outputs, d_state):
        d_outputs = d_outputs.copy()
        d_outputs[:, -1] += d_state[0]  # the last output is the final state
        net.d_memory = d_state[-1]
        d_xs = net.backward(d_outputs)
        net.compute_gradients()
        d_params = {
            "U": np.concatenate([net.g[f"dU{gate}"].T for gate in gates]),
            "W": np.concatenate([net.g[f"dV{gate}"].T for gate in gates]),
            "b": np.concatenate([net.g[f"db{gate}"][0] for gate in gates]),
        }
        return d_params, d_xs, (None,) * len(states)

    return forward, backward


SCOPE = Scope(
    dtypes=("float64",), states="zero", blocks=("U", "W", "b", "xs"), records=(1, 17), steps=(1, 17)
)
forward, backward = of_sequences(
    partial(LSTM, activate=tanh, activate_candidate=tanh), ("i", "f", "g", "o"), ("h", "C_")
)
engine = layer(forward, backward, model=lstm, scope=SCOPE)
