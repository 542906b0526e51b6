"""What the adapters for PyTorch and JAX refuse: before any call, in one line that names what does not fit."""

from functools import partial

import equinox as eqx
import pytest
import torch
from flax import linen

import verification.jax
import verification.torch
from tests.peers.decay import Decay
from tests.rnn.refusals import refuse, table
from verification import Scope, watch
from verification.jax import cell, equinox, flax
from verification.models import gru, linear, lstm, scan, vanilla
from verification.torch import function, module

# Libraries are loaded, and compile, in processes of each test's own.
pytestmark = pytest.mark.slow

nn = torch.nn


class Bare(nn.Module):
    """One matrix, and no more."""

    def __init__(self, inputs, units):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(units, inputs))


def made(call, **said):
    """Stands for a function of arrays, which is not called."""


def decay(**said):
    """A Function of PyTorch before the verifier."""
    return function(Decay, **{"model": linear, "arguments": ("xs", "h0", "lam", "B"), **said})


NO_DEVICE = "needed one that is there, as 'cpu'"


@table(
    (
        lambda: module(Bare, model=vanilla),
        ValueError,
        "…made with D 2, H 3 it has weight (3, 2); model vanilla needs U (3, 2), W (3, 3), b (3,)",
    ),
    (
        lambda: module(partial(nn.LSTM, bias=False)),
        ValueError,
        "…it has nothing more; model lstm needs bias_hh_l0 (12,), bias_ih_l0 (12,)",
    ),
    (lambda: module(Bare), ValueError, "model: None, needed for Bare, as verification.models.lstm"),
    (
        lambda: module(partial(nn.LSTM, bidirectional=True)),
        ValueError,
        "module: bidirectional, needed one direction, which is all that model lstm has",
    ),
    (lambda: module(partial(nn.GRU, num_layers=2)), ValueError, "…num_layers 2, needed 1"),
    (lambda: module(partial(nn.LSTM, proj_size=1)), ValueError, "…proj_size 1, needed 0"),
    (
        lambda: decay(scope=Scope(chunks=(8,))),
        ValueError,
        "scope: chunks: (8,), needed None: this adapter tells an engine of no chunk; say chunk",
    ),
    (
        lambda: module(nn.LSTMCell, scope=Scope(lengths=True)),
        ValueError,
        "module: scope: lengths, needed a module of nn.RNN",
    ),
    (lambda: module(nn.LSTM, chunk=0), ValueError, "module: chunk: 0, needed a number of steps from 1 on"),
    (
        lambda: decay(arguments=("xs", "h0")),
        ValueError,
        "arguments: ('xs', 'h0'), needed each of lam, B, xs, h0 once",
    ),
    (
        lambda: verification.torch.layer(made, model=scan, device="xpu"),
        ValueError,
        f"device: 'xpu', {NO_DEVICE}",
    ),
    (lambda: module(nn.LSTM, device="nowhere"), ValueError, f"device: 'nowhere', {NO_DEVICE}"),
    (lambda: function(3, model=lstm), TypeError, "function: 3, needed a subclass of torch.autograd"),
    (lambda: verification.torch.layer(3, model=lstm), TypeError, "apply: 3, needed a function of tensors"),
    (
        lambda: watch(module(nn.LSTM), "kept"),
        TypeError,
        "module: None, needed the torch.nn.Module that is",
    ),
    (
        lambda: flax(linen.LSTMCell, model=gru),
        ValueError,
        "…it has …hf.bias (3,)…; model gru needs bn (3,), hn.bias",
    ),
    (
        lambda: equinox(partial(eqx.nn.LSTMCell, use_bias=False)),
        ValueError,
        "module: made with D 2, H 3 it has nothing more; model lstm needs bias (12,)",
    ),
    (lambda: flax(linen.MGUCell), ValueError, "model: None, needed for 'MGUCell'"),
    (lambda: flax(linen.LSTMCell, carry=("h0",)), ValueError, "carry: ('h0',), needed each of h0, c0 once"),
    (
        lambda: cell(made, model=linear, arrays={"axes": "TN"}),
        ValueError,
        "arrays: axes: 'TN', needed none: the loop over steps is the verifier's",
    ),
    (
        lambda: verification.jax.layer(made, model=scan, device="tpu"),
        ValueError,
        f"device: 'tpu', {NO_DEVICE}",
    ),
    (lambda: verification.jax.layer(3, model=lstm), TypeError, "…3, needed a function of JAX's arrays"),
    (lambda: cell(3, model=lstm), TypeError, "…3, needed a function of JAX's arrays"),
)
def test_what_does_not_fit_is_refused_in_one_line(call, error, said):
    """Which an ellipsis does not leave."""
    refuse(call, error, f"{said}…$")
