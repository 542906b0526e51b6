"""What trains a network does as PyTorch's does, in float64: an optimiser's steps."""

from typing import NamedTuple

import numpy as np
import pytest
import torch

from rnn.common.arrays import Array
from rnn.optimisers import SGD, Adam, AdamW, Constant

UPDATES = 20


class Line(NamedTuple):
    """A weight and a bias."""

    W: Array
    b: Array


RNG = np.random.default_rng(0)
START = Line(RNG.standard_normal((3, 2)), RNG.standard_normal(3))
GRADIENTS = [Line(RNG.standard_normal((3, 2)), RNG.standard_normal(3)) for _ in range(UPDATES)]


def tensors():
    """The start, as PyTorch takes it."""
    return [torch.tensor(block, requires_grad=True) for block in START]


def ours(optimiser):
    """The parameters after every gradient in turn."""
    params, state = START, optimiser.start(START, UPDATES)
    for grads in GRADIENTS:
        params, state = optimiser.update(params, grads, state)
    return params


def theirs(blocks, optimiser, scheduler=None):
    """The same by PyTorch's own."""
    for grads in GRADIENTS:
        for block, grad in zip(blocks, grads, strict=True):
            block.grad = torch.tensor(grad)
        optimiser.step()
        if scheduler is not None:
            scheduler.step()
    return [block.detach().numpy() for block in blocks]


def assert_alike(one, other):
    """The same numbers, but for some roundings an update."""
    for block, wanted in zip(one, other, strict=True):
        np.testing.assert_allclose(block, wanted, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("own", "make"),
    [
        (SGD(Constant(0.1)), lambda each: torch.optim.SGD(each, lr=0.1)),
        (Adam(Constant(0.1)), lambda each: torch.optim.Adam(each, lr=0.1)),
        (
            Adam(Constant(0.1), None, 0.5, 0.75, 0.1),
            lambda each: torch.optim.Adam(each, 0.1, (0.5, 0.75), 0.1),
        ),
        *(
            (
                AdamW(Constant(0.1), **given),
                # A bias does not decay here.
                lambda each, given=given: torch.optim.AdamW(
                    [{"params": each[:1]}, {"params": each[1:], "weight_decay": 0.0}], lr=0.1, **given
                ),
            )
            for given in ({}, {"weight_decay": 0.5})
        ),
    ],
    ids=["SGD", "Adam", "Adam with its own", "AdamW by default", "AdamW"],
)
def test_optimisers_take_the_same_steps(own, make):
    """With the same defaults."""
    blocks = tensors()
    assert_alike(ours(own), theirs(blocks, make(blocks)))
