"""darknet: gru_layer.c on a CPU, with tanh for its candidate, as ``tanh=1`` in a configuration asks."""

from of_darknet import GRU, SCOPE, STEPS_FIRST, gated_backward, gated_forward

from verification import layer
from verification.models import gru_reset_before

PIN = {
    "title": "darknet, GRU layer",
    "repository": "pjreddie/darknet",
    "commit": "f6afaabcdf85f77e7aff2ec55c020c0e297c77f9",
    "files": {
        "src/gru_layer.c": "05253ffd3ad48ee09465909ad06193b0",
        "src/connected_layer.c": "fe781dab82f00b8fa1911b2283587d90",
        "src/activations.h": "0439e95e080c2e26bdfd6a6f19554056",
        "src/blas.c": "b92146c50e96f3a9e9fa5221491d0d3d",
    },
    "page": "darknet.md",
}


def forward(params, xs, state):
    return gated_forward(GRU, 3, params, xs, state)


def backward(saved, d_outputs, d_state):
    return gated_backward(saved, d_outputs, d_state)


engine = layer(forward, backward, model=gru_reset_before, scope=SCOPE, arrays=STEPS_FIRST)
