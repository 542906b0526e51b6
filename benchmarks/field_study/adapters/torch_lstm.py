"""PyTorch: torch.nn.LSTM, one layer, one direction, on the CPU, by its own backward."""

import torch

from verification import Scope
from verification.torch import module

PIN = {
    "title": "PyTorch, nn.LSTM",
    "package": "torch==2.13.0",
    "environment": "torch",
}

torch.set_num_threads(1)
engine = module(torch.nn.LSTM, scope=Scope(records=(1, 17), steps=(1, 33)))
