"""pangolulu/rnn-from-scratch: layer.RNNLayer, one step without biases, one record at a time.

Its own readout is given no cotangent. It makes the gradient of its input and does not return it.
"""

import numpy as np
from characters import plain
from sources import package

from verification import Scope, step

PIN = {
    "title": "rnn-from-scratch (pangolulu), RNNLayer",
    "repository": "pangolulu/rnn-from-scratch",
    "commit": "622c4238c810d42812ef011494f0eec09d34c160",
    "files": {
        "layer.py": "0b2ee8117da856ab6a3e97acd6221f56",
        "gate.py": "4768dee33acc54a9487eae5300f1cd9a",
        "activation.py": "5ee29644c9c82ecbc0dc7d88af5ad1bd",
    },
}

RNNLayer = package(PIN["repository"], "layer").RNNLayer


def forward(params, x, state):
    net, V = RNNLayer(), np.zeros((1, len(params["W"])))
    given = x[0], state[0][0], params["U"], params["W"], V
    net.forward(*given)
    return (net.s[None],), (net, given)


def backward(saved, d_state):
    net, given = saved
    d_h, dU, dW, _ = net.backward(*given, d_state[0][0], np.zeros(1))
    return {"U": dU, "W": dW}, None, (d_h[None],)


engine = step(
    forward,
    backward,
    model=plain,
    scope=Scope(
        functions={"activation": ("tanh",)},
        dtypes=("float64",),
        blocks=("U", "W", "h0"),
        records=(1, 1),
        steps=(1, 9),
    ),
)
