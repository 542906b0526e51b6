"""brainstorm: LstmLayerImpl that goes on from a context, the state of the last call. It has no gradient."""

from of_brainstorm_lstm import backward, forward, model
from of_brainstorm_lstm import by_torch as by_torch

from verification import Scope, layer

PIN = {
    "title": "brainstorm, LSTM with a context",
    "repository": "IDSIA/brainstorm",
    "commit": "8f1fc886faf268b25085fa5c95bf106b1805d766",
    "files": {
        "brainstorm/layers/lstm_layer.py": "a4478c4e037b6b0bb124fe72c211b54e",
        "brainstorm/handlers/numpy_handler.py": "a2bc03f6425f942ecc42f75bc2216338",
    },
    "with": ("six",),
    "environment": "brainstorm",
    "page": "brainstorm.md",
}

SCOPE = Scope(
    finals=(),
    blocks=("U", "W", "b", "pi", "pf", "po", "xs"),
    records=(1, 17),
    steps=(1, 17),
    declines=("second backward",),
)
engine = layer(forward, backward, model=model, scope=SCOPE, arrays={"axes": "TN"})
