"""darknet: lstm_layer.c on a CPU, with what of_darknet.c allocates for it."""

from of_darknet import LSTM, SCOPE, STEPS_FIRST, gated_backward, gated_forward

from verification import layer
from verification.models import lstm

PIN = {
    "title": "darknet, LSTM layer",
    "repository": "pjreddie/darknet",
    "commit": "f6afaabcdf85f77e7aff2ec55c020c0e297c77f9",
    "files": {
        "src/lstm_layer.c": "a8daa4b54c8563038a623f8b11690524",
        "src/connected_layer.c": "fe781dab82f00b8fa1911b2283587d90",
        "src/activations.h": "0439e95e080c2e26bdfd6a6f19554056",
        "src/blas.c": "b92146c50e96f3a9e9fa5221491d0d3d",
    },
    "page": "darknet.md",
}


def forward(params, xs, state):
    return gated_forward(LSTM, 4, params, xs, state)


def backward(saved, d_outputs, d_state):
    return gated_backward(saved, d_outputs, d_state)


engine = layer(forward, backward, model=lstm, scope=SCOPE, arrays=STEPS_FIRST)
