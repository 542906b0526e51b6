"""deep-learning-from-scratch-2: common.time_layers.LSTM, one step; gates are stacked f, g, i, o."""

import numpy as np
from sources import package

from verification import Scope, step
from verification.models import lstm

PIN = {
    "title": "deep-learning-from-scratch-2, LSTM",
    "repository": "oreilly-japan/deep-learning-from-scratch-2",
    "commit": "842ae31c2bb070f5116275606ed90396626a2c17",
    "files": {
        "common/time_layers.py": "a434f94584ba569dee5e8fca74ad221b",
    },
}

LSTM = package(PIN["repository"], "common.time_layers").LSTM
THEIRS, OURS = (1, 2, 0, 3), (2, 0, 1, 3)  # f, g, i, o of i, f, g, o, and back


def reordered(array, order):
    parts = np.split(array, 4)
    return np.concatenate([parts[i] for i in order])


def forward(params, x, state):
    U, W, b = (reordered(params[name], THEIRS) for name in ("U", "W", "b"))
    net = LSTM(U.T, W.T, b)
    return net.forward(x, *state), net


def backward(net, d_state):
    d_x, d_h, d_c = net.backward(*d_state)
    d_U, d_W, d_b = net.grads
    d_params = {"U": d_U.T, "W": d_W.T, "b": d_b}
    return {name: reordered(d, OURS) for name, d in d_params.items()}, d_x, (d_h, d_c)


engine = step(forward, backward, model=lstm, scope=Scope(records=(1, 17), steps=(1, 17)))
