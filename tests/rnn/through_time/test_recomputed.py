"""Checkpoints of both directions: the same gradients from tapes that are computed again.

Under every truncation, with lengths and with masks they are asked in test_bidirectional.py.
"""

import tracemalloc

import numpy as np
import pytest

from rnn import LSTM, RNN, Bidirectional, Checkpoints, Chunked, Full, NumPyLoops, Stack, Tail, Window
from tests.rnn.gradients import blocks


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
    for one, other in zip(blocks(again), blocks(kept), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12 * np.abs(other).max())


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
