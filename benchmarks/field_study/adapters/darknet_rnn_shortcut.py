"""darknet: rnn_layer.c on a CPU with ``shortcut=1``, by which s is added to s′ of darknet_rnn.py."""

from dataclasses import replace
from functools import partial

import darknet_rnn
from darknet_rnn import STEPS_FIRST, backward, scope

from verification import layer

PIN = {
    "title": "darknet, RNN layer with a shortcut",
    "repository": "pjreddie/darknet",
    "commit": "f6afaabcdf85f77e7aff2ec55c020c0e297c77f9",
    "files": {
        "src/rnn_layer.c": "812a976d67a360b26a14c3646fccb1a9",
        "src/connected_layer.c": "fe781dab82f00b8fa1911b2283587d90",
        "src/activations.h": "0439e95e080c2e26bdfd6a6f19554056",
        "src/blas.c": "b92146c50e96f3a9e9fa5221491d0d3d",
    },
    "page": "darknet.md",
}


def step(f, p, x, s):
    return s + darknet_rnn.step(f, p, x, s)


model = replace(darknet_rnn.model, name="darknet_rnn_shortcut", step=step)
forward = partial(darknet_rnn.forward, shortcut=True)
by_torch = partial(darknet_rnn.by_torch, shortcut=True)
engine = layer(forward, backward, model=model, scope=scope, arrays=STEPS_FIRST)
