"""EpyNN: gru.GRU as it is, with its own tanh; otherwise as epynn_gru.py."""

from epynn_lstm import SCOPE, of_sequences
from sources import package

from verification import layer
from verification.models import gru_reset_before

PIN = {
    "title": "EpyNN, GRU with its own tanh",
    "repository": "Synthaze/EpyNN",
    "commit": "06ea8cbd78e38da7fd6be651a6dacabb3e37734d",
    "files": {
        "epynn/gru/forward.py": "ef34886a6990980f5b02a594f18586a7",
        "epynn/gru/backward.py": "9fa45ac48099716f83caaddfd3a4e4d5",
        "epynn/gru/parameters.py": "1ee708d10c8089b2ae94348efbe879ae",
        "epynn/commons/maths.py": "3b69ab0290fabb16573e70d299618490",
    },
    "page": "epynn.md",
}

GRU = package(PIN["repository"], "epynn.gru.models").GRU
forward, backward = of_sequences(GRU, ("r", "z", "hh"), ("h",))
engine = layer(forward, backward, model=gru_reset_before, scope=SCOPE)
