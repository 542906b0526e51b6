"""PyTorch: torch.nn.RNN, one layer, one direction, on the CPU, by its own backward."""

import torch
from of_torch import layer_of

from verification import Scope, layer
from verification.models import vanilla

PIN = {
    "title": "PyTorch, nn.RNN",
    "package": "torch==2.13.0",
    "environment": "torch",
}

forward, backward = layer_of(torch.nn.RNN)
engine = layer(
    forward,
    backward,
    model=vanilla,
    scope=Scope(functions={"activation": ("tanh",)}, records=(1, 17), steps=(1, 33)),
    arrays={"U": "weight_ih", "W": "weight_hh", "b": ("bias_ih", "bias_hh")},
)
