"""What the losses of a call go by: weights of records and steps."""

import numpy as np
import pytest

from rnn import LSTM, RNN, Checkpoints, Chunked, softmax_cross_entropy, squared_error
from tests.rnn.gradients import blocks
from tests.rnn.problems import arguments

N, T, D, H, K = 3, 4, 2, 3, 2


def problem(losses="every", classes=False):
    """A network with its arguments."""
    rng = np.random.default_rng(0)
    net = RNN(LSTM(D, H), outputs=K, loss=softmax_cross_entropy if classes else squared_error)
    given = arguments(net, lambda *shape: rng.standard_normal(shape), N, T, losses)
    return net, given | ({"targets": rng.integers(0, K, given["targets"].shape[:-1])} if classes else {})


@pytest.mark.parametrize(
    ("classes", "losses", "options"),
    [
        (False, "every", {"checkpoints": Checkpoints(2)}),
        (True, "last", {"checkpoints": Checkpoints(2)}),
        (True, "every", {"truncation": Chunked(2)}),
        (False, "last", {}),
    ],
    ids=str,
)
def test_weights_multiply_each_loss(losses, classes, options):
    """The weighted loss is linear in its weights: a sum over records and steps, each alone times its own."""
    net, given = problem(losses, classes)
    weights = np.random.default_rng(1).uniform(0, 2, (N, T) if losses == "every" else (N,))
    value, grads = net.loss_and_gradients(**given, **options, weights=weights)
    total, sums = 0, [0] * len(blocks(grads))
    for index in np.ndindex(weights.shape):
        alone = np.zeros_like(weights)
        alone[index] = 1
        one, own = net.loss_and_gradients(**given, **options, weights=alone)
        total += weights[index] * one
        sums = [s + weights[index] * b for s, b in zip(sums, blocks(own), strict=True)]
    assert value == pytest.approx(total, rel=1e-12)
    assert net.loss_value(**given, weights=weights) == pytest.approx(value, rel=1e-12)
    for block, want in zip(blocks(grads), sums, strict=True):
        np.testing.assert_allclose(block, want, rtol=0, atol=1e-13)


def test_weights_of_records_are_those_of_all_their_steps():
    """(N,) with a loss on every step."""
    net, given = problem()
    weights = np.array([0.5, 0, 2])
    value, grads = net.loss_and_gradients(**given, weights=weights)
    want, plain = net.loss_and_gradients(**given, weights=np.repeat(weights[:, None], T, axis=1))
    assert value == want
    assert [b.tobytes() for b in blocks(grads)] == [b.tobytes() for b in blocks(plain)]
    assert not grads.xs[1].any()
