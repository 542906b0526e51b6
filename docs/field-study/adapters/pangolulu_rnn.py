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
    "files": ("layer.py", "gate.py", "activation.py"),
    "door": "step",
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
        steps=(1, 17),
    ),
)
