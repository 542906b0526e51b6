"""A recurrent network whose gradients are derived by hand, on NumPy alone.

>>> import numpy as np
>>> net = RNN(Vanilla(inputs=1, units=4, activation=tanh), outputs=1, loss=squared_error)
>>> params = net.init(np.random.default_rng(0))
>>> xs, targets = np.ones((3, 6, 1)), np.ones((3, 1))
>>> value, grads = net.loss_and_gradients(params, xs, targets, truncation=Window(2))
>>> grads.params.W.shape, grads.xs.shape, grads.h0.shape
((4, 4), (3, 6, 1), (3, 4))
"""

from rnn import data, generation, optimisers, training
from rnn.activations import (
    ACTIVATIONS,
    Activation,
    identity,
    rational_gate,
    relu,
    sigmoid,
    softsign,
    tanh,
)
from rnn.calls.gradients import Gradients
from rnn.cells import GRU, LSTM, GRUParams, Params, Vanilla
from rnn.layer import Layer
from rnn.loops import CompiledLoops
from rnn.losses import ClassLoss, Loss, softmax_cross_entropy, squared_error
from rnn.network import RNN, Outputs
from rnn.through_time.bidirectional import Bidirectional, BothEnds
from rnn.through_time.bptt import NumPyLoops
from rnn.through_time.checkpoints import Checkpoints
from rnn.through_time.stack import Stack
from rnn.through_time.workspace import Workspace
from rnn.training import train
from rnn.truncation import Chunked, Full, Tail, Truncation, Window

# The one place of the version: pyproject.toml reads it from here.
__version__ = "0.1.0.dev0"

__all__ = [
    "ACTIVATIONS",
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "Bidirectional",
    "BothEnds",
    "Checkpoints",
    "Chunked",
    "ClassLoss",
    "CompiledLoops",
    "Full",
    "GRUParams",
    "Gradients",
    "Layer",
    "Loss",
    "NumPyLoops",
    "Outputs",
    "Params",
    "Stack",
    "Tail",
    "Truncation",
    "Vanilla",
    "Window",
    "Workspace",
    "data",
    "generation",
    "identity",
    "optimisers",
    "rational_gate",
    "relu",
    "sigmoid",
    "softmax_cross_entropy",
    "softsign",
    "squared_error",
    "tanh",
    "train",
    "training",
]
