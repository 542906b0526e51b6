"""brainstorm: LstmLayerImpl that starts from zero, without a context."""

from dataclasses import replace

from brainstorm_lstm_context import SCOPE, backward, forward, model
from brainstorm_lstm_context import by_torch as by_torch

from verification import layer

PIN = {
    "title": "brainstorm, LSTM",
    "repository": "IDSIA/brainstorm",
    "commit": "8f1fc886faf268b25085fa5c95bf106b1805d766",
    "files": {
        "brainstorm/layers/lstm_layer.py": "a4478c4e037b6b0bb124fe72c211b54e",
        "brainstorm/handlers/numpy_handler.py": "a2bc03f6425f942ecc42f75bc2216338",
    },
    "with": ("six",),
    "environment": "brainstorm",
}

engine = layer(forward, backward, model=model, scope=replace(SCOPE, states="zero"), arrays={"axes": "TN"})
