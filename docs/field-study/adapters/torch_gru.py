"""PyTorch: torch.nn.GRU, one layer, one direction, on the CPU, by its own backward."""

import torch
from of_torch import layer_of

from verification import Scope, layer
from verification.models.variants import gru_two_biases

PIN = {
    "title": "PyTorch, nn.GRU",
    "package": "torch==2.13.0",
    "environment": "torch",
}

forward, backward = layer_of(torch.nn.GRU)
engine = layer(
    forward,
    backward,
    model=gru_two_biases,
    scope=Scope(records=(1, 17), steps=(1, 33)),
    arrays={"U": "weight_ih", "W": "weight_hh", "b_ih": "bias_ih", "b_hh": "bias_hh"},
)
