"""Checkpoints: the same gradients from fewer states."""

from fractions import Fraction
from functools import partial

import numpy as np
import pytest

from rnn import RNN, Checkpoints, Chunked, Full, Params, Tail, Vanilla, Window, relu
from tests.rnn.fractions import fractions
from tests.rnn.gradients import everything


def problem(activation, steps, every_step, seed=0):
    """A network of two units, its parameters, and one record pair, in small Fractions."""
    draw = partial(fractions, np.random.default_rng(seed))
    net = RNN(Vanilla(1, 2, activation), outputs=1)
    params = Params(draw(2, 1), draw(2, 2), draw(2), draw(1, 2), draw(1))
    targets = draw(2, steps, 1) if every_step else draw(2, 1)
    return net, params, draw(2, steps, 1), targets, draw(2, 2)


@pytest.mark.parametrize("every_step", [True, False])
@pytest.mark.parametrize(
    "truncation",
    [Full(), Window(0), Window(3), Chunked(4), Chunked(2, 5), Chunked(4, 2), Chunked(3, 0), Tail(5), Tail(0)],
    ids=str,
)
def test_the_gradients_are_the_same(truncation, every_step):
    """In Fractions every number equals that of a backward that keeps all states, and is a Fraction."""
    net, params, xs, targets, h0 = problem(relu, 9, every_step)
    kept = everything(net.loss_and_gradients(params, xs, targets, h0, truncation))
    for every in (1, 2, 5, 20):
        again = everything(net.loss_and_gradients(params, xs, targets, h0, truncation, Checkpoints(every)))
        assert again == kept
        assert {type(entry) for entry in again} == {Fraction}


def test_da_is_the_same_to_the_bit():
    """With one sweep, every da and dh0 have the same bits in float32; sums over steps agree to rounding."""
    das = []

    class Recording(Vanilla):
        def project_back(self, weights, tape, da, first):
            das.append(da.copy())
            return super().project_back(weights, tape, da, first)

    net = RNN(Recording(1, 5), outputs=1)
    rng = np.random.default_rng(0)
    params = net.init(rng, np.float32)
    xs = rng.standard_normal((3, 70, 1)).astype(np.float32)
    targets = rng.standard_normal((3, 1)).astype(np.float32)
    _, kept = net.loss_and_gradients(params, xs, targets)
    _, again = net.loss_and_gradients(params, xs, targets, checkpoints=Checkpoints())
    whole, *latest_first = das
    assert len(latest_first) == 5
    np.testing.assert_array_equal(np.concatenate(latest_first[::-1]), whole)
    np.testing.assert_array_equal(again.h0, kept.h0)
    np.testing.assert_allclose(again.params.W, kept.params.W, rtol=1e-5)


def test_the_spacing_grows_with_the_root_of_the_steps():
    """By default √(T / 2) or a little more, a multiple of 16; otherwise as given."""
    assert [Checkpoints().spacing(steps) for steps in (1, 512, 513, 1000, 20_000)] == [16, 16, 32, 32, 112]
    assert Checkpoints(7).spacing(1000) == 7
