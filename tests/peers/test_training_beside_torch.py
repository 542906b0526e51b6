"""What trains a network does as PyTorch's does, in float64: optimisers, schedules, class weights."""

from functools import partial
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import optim
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR, StepLR

from rnn import RNN, Vanilla, softmax_cross_entropy
from rnn.common.arrays import Array
from rnn.optimisers import SGD, Adam, AdamW, Constant, Cosine, RMSprop, StepDecay, Warmup
from rnn.training import train

# Libraries are loaded, and compile, in processes of each test's own.
pytestmark = pytest.mark.slow

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


RATE = Constant(0.1)


def adam_w(blocks, **given):
    """PyTorch's, by which a bias does not decay either."""
    weights, bias = {"params": blocks[:1]}, {"params": blocks[1:], "weight_decay": 0.0}
    return optim.AdamW([weights, bias], lr=0.1, **given)


@pytest.mark.parametrize(
    ("own", "make"),
    [
        (SGD(RATE), partial(optim.SGD, lr=0.1)),
        (SGD(RATE, momentum=0.9), partial(optim.SGD, lr=0.1, momentum=0.9)),
        (SGD(RATE, momentum=0.9, nesterov=True), partial(optim.SGD, lr=0.1, momentum=0.9, nesterov=True)),
        (RMSprop(RATE), partial(optim.RMSprop, lr=0.1)),
        (
            RMSprop(RATE, None, 0.5, 0.1, 0.75),
            partial(optim.RMSprop, lr=0.1, alpha=0.5, eps=0.1, momentum=0.75),
        ),
        (Adam(RATE), partial(optim.Adam, lr=0.1)),
        (Adam(RATE, None, 0.5, 0.75, 0.1), partial(optim.Adam, lr=0.1, betas=(0.5, 0.75), eps=0.1)),
        (AdamW(RATE), adam_w),
        (AdamW(RATE, weight_decay=0.5), partial(adam_w, weight_decay=0.5)),
    ],
    ids=lambda given: "" if callable(given) else str(given),
)
def test_optimisers_take_the_same_steps(own, make):
    """With the same defaults."""
    blocks = tensors()
    assert_alike(ours(own), theirs(blocks, make(blocks)))


def warmed(optimiser, updates, after):
    """PyTorch's line from 1 / (updates + 1) up, before another schedule."""
    line = LinearLR(optimiser, start_factor=1 / (updates + 1), total_iters=updates)
    return SequentialLR(optimiser, [line, after(optimiser)], milestones=[updates])


SCHEDULES = {
    StepDecay(0.1, 6): partial(StepLR, step_size=6),
    StepDecay(0.1, 3, 0.5): partial(StepLR, step_size=3, gamma=0.5),
    Cosine(0.1): partial(CosineAnnealingLR, T_max=UPDATES),
    Warmup(StepDecay(0.1, 4, 0.5), 5): partial(
        warmed, updates=5, after=partial(StepLR, step_size=4, gamma=0.5)
    ),
    Warmup(Cosine(0.1), 8): partial(warmed, updates=8, after=partial(CosineAnnealingLR, T_max=UPDATES - 8)),
}


@pytest.mark.parametrize(("own", "make"), SCHEDULES.items(), ids=map(str, SCHEDULES))
def test_schedules_have_the_same_rates(own, make):
    """Update by update, as the steps of gradient descent show."""
    blocks = tensors()
    optimiser = optim.SGD(blocks, lr=0.1)
    assert_alike(ours(SGD(own)), theirs(blocks, optimiser, make(optimiser)))


@pytest.mark.parametrize("every", [False, True])
def test_class_weights_are_those_of_cross_entropy(every):
    """An update by what multiplies the loss of each class, summed."""
    rng, by_class = np.random.default_rng(1), {0: 0.5, 1: 3.0, 2: 1.25}
    net = RNN(Vanilla(inputs=2, units=3), outputs=3, loss=softmax_cross_entropy)
    params = net.init(rng)
    xs, labels = rng.standard_normal((8, 5, 2)), rng.integers(0, 3, (8, 5) if every else 8)
    new, history = train(
        net, params, (xs, labels), epochs=1, batch=8, optimiser=SGD(Constant(0.1)), class_weight=by_class
    )
    U, W, b, V, c = blocks = [torch.tensor(block, requires_grad=True) for block in params]
    h, outputs = torch.zeros(8, 3, dtype=torch.float64), []
    for t in range(5):
        h = torch.tanh(torch.tensor(xs[:, t]) @ U.T + h @ W.T + b)
        outputs.append(h @ V.T + c)
    seen = torch.stack(outputs, dim=2) if every else outputs[-1]
    weight = torch.tensor(list(by_class.values()), dtype=torch.float64)
    loss = torch.nn.functional.cross_entropy(seen, torch.tensor(labels), weight=weight, reduction="sum")
    loss.backward()
    assert history.train[0] == pytest.approx(loss.item(), rel=1e-13)
    assert_alike(new, [(block - 0.1 * block.grad).detach().numpy() for block in blocks])
