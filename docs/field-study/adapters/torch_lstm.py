"""PyTorch: torch.nn.LSTM, one layer, one direction, on the CPU, by its own backward."""

import torch
from of_torch import layer_of

from verification import Scope, layer
from verification.models import lstm

PIN = {
    "title": "PyTorch, nn.LSTM",
    "package": "torch==2.13.0",
    "environment": "torch",
}

forward, backward = layer_of(torch.nn.LSTM)
engine = layer(
    forward,
    backward,
    model=lstm,
    scope=Scope(records=(1, 17), steps=(1, 33)),
    arrays={"U": "weight_ih", "W": "weight_hh", "b": ("bias_ih", "bias_hh")},
)
