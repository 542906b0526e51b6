"""brainstorm: RecurrentLayerImpl with tanh, from any context, which has no gradient."""

import numpy as np
from of_brainstorm import REPOSITORY, BrainstormLayer
from sources import file

from verification import Scope, layer
from verification.models import vanilla

PIN = {
    "title": "brainstorm, Recurrent",
    "repository": "IDSIA/brainstorm",
    "commit": "8f1fc886faf268b25085fa5c95bf106b1805d766",
    "files": {
        "brainstorm/layers/recurrent_layer.py": "234a2d0dc184ba0e89d4e4f768a5759e",
        "brainstorm/handlers/numpy_handler.py": "a2bc03f6425f942ecc42f75bc2216338",
    },
    "with": ("six",),
    "environment": "brainstorm",
}

Recurrent = file(REPOSITORY, "brainstorm/layers/recurrent_layer.py").RecurrentLayerImpl


def forward(params, xs, state):
    net = BrainstormLayer(Recurrent, np.ascontiguousarray(xs), state[0].shape[1])
    net.buffers.outputs.default[-1] = state[0]
    return net.forward(params), (None,), net


def backward(net, d_outputs, d_state):
    d_xs, d_params = net.backward(d_outputs)
    return d_params, d_xs, (None,)


engine = layer(
    forward,
    backward,
    model=vanilla,
    scope=Scope(
        functions={"activation": ("tanh",)},
        finals=(),
        blocks=("U", "W", "b", "xs"),
        records=(1, 17),
        steps=(1, 33),
        declines=("second backward",),
    ),
    arrays={"U": "W", "W": "R", "b": "bias", "axes": "TN"},
)
