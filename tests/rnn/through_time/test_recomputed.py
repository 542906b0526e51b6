"""Checkpoints of both directions: the same gradients from tapes that are computed again.

Under every truncation, with lengths and with masks they are asked in test_bidirectional.py.
"""

import tracemalloc
from fractions import Fraction
from functools import partial

import numpy as np
import pytest

from rnn import (
    LSTM,
    RNN,
    Bidirectional,
    BothEnds,
    Checkpoints,
    Chunked,
    Full,
    NumPyLoops,
    Stack,
    Tail,
    Vanilla,
    Window,
    relu,
    softsign,
)
from tests.rnn.fractions import fractions
from tests.rnn.gradients import everything

ONE, LEVELS = (
    Bidirectional(Vanilla(2, 2, softsign)),
    Stack(Bidirectional(Vanilla(2, 1, relu)), Bidirectional(Vanilla(2, 1, softsign))),
)
ENDS = Stack(BothEnds(Vanilla(2, 1, relu)), Vanilla(2, 2, softsign))


@pytest.mark.parametrize("losses", ["every", "last"])
@pytest.mark.parametrize(
    ("cell", "truncation"),
    [
        *((cell, each) for cell in (ONE, LEVELS) for each in (Full(), Window(1), Chunked(2, 3), Tail(3))),
        (ENDS, Full()),
    ],
    ids=str,
)
def test_the_gradients_are_the_same(cell, truncation, losses):
    """In Fractions every number is that of a backward that keeps all, whatever is kept."""
    draw = partial(fractions, np.random.default_rng(3))
    net, steps = RNN(cell, outputs=1), 5
    params = cell.params(
        *(draw(*shape) for shape in {**cell.shapes, "V": (1, cell.units), "c": (1,)}.values())
    )
    targets = draw(2, steps, 1) if losses == "every" else draw(2, 1)
    given = params, draw(2, steps, 2), targets, tuple(draw(2, width) for width in cell.widths), truncation
    kept = everything(net.loss_and_gradients(*given))
    for every in (1, 2, 3, 9):
        again = everything(net.loss_and_gradients(*given, Checkpoints(every)))
        assert again == kept
        assert {type(entry) for entry in again} == {Fraction}


@pytest.mark.parametrize(
    ("levels", "truncation", "every"),
    [(1, Window(20), 16), (2, Chunked(40, 25), 7), (2, Full(), 16), (1, Tail(90), 7)],
)
def test_the_gradients_are_the_same_over_many_steps(levels, truncation, every):
    """Where sweeps begin and end between the states that are kept, far from the first step too."""
    cells = (Bidirectional(LSTM(2, 3)), Bidirectional(LSTM(6, 2)))[:levels]
    net, rng = RNN(Stack(*cells), outputs=1, loops=NumPyLoops()), np.random.default_rng(0)
    given = net.init(rng), rng.uniform(-1, 1, (2, 120, 2)), rng.uniform(-1, 1, (2, 120, 1))
    _, kept = net.loss_and_gradients(*given, truncation=truncation)
    _, again = net.loss_and_gradients(*given, truncation=truncation, checkpoints=Checkpoints(every))
    for one, other in zip(
        (*again.params, again.xs, *again.state), (*kept.params, kept.xs, *kept.state), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12 * np.abs(other).max())


def test_da_is_the_same_to_the_bit():
    """With one sweep, in float32: in either direction, stretch by stretch."""
    das = []

    class Recording(Vanilla):
        def project_back(self, weights, tape, da, first):
            das.append(da.copy())
            return super().project_back(weights, tape, da, first)

    net, rng = RNN(Bidirectional(Recording(1, 5)), outputs=1), np.random.default_rng(0)
    params = net.init(rng, np.float32)
    xs, targets = (rng.standard_normal((3, 70, 1)).astype(np.float32) for _ in range(2))
    _, kept = net.loss_and_gradients(params, xs, targets)
    _, again = net.loss_and_gradients(params, xs, targets, checkpoints=Checkpoints(16))
    ahead, back, *stretches = das
    assert len(stretches) == 10
    np.testing.assert_array_equal(np.concatenate(stretches[:5][::-1]), ahead)
    np.testing.assert_array_equal(np.concatenate(stretches[5:][::-1]), back)
    for one, other in zip(again.state, kept.state, strict=True):
        np.testing.assert_array_equal(one, other)


def test_there_is_less_to_keep():
    """What is put out is kept, and not what a backward needs beside it."""
    net = RNN(Bidirectional(LSTM(1, 32)), outputs=1, loops=NumPyLoops())
    rng = np.random.default_rng(0)
    params, xs, targets = net.init(rng), rng.uniform(-1, 1, (4, 600, 1)), rng.uniform(-1, 1, (4, 600, 1))
    peaks = []
    for checkpoints in (None, Checkpoints()):
        tracemalloc.start()
        net.loss_and_gradients(params, xs, targets, checkpoints=checkpoints)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    kept, recomputed = peaks
    assert recomputed < kept / 2
