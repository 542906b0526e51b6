"""Several networks as one: its outputs are theirs, each of its own column."""

import numpy as np
import pytest

from rnn import GRU, LSTM, RNN, Bidirectional, BothEnds, Stack, Vanilla
from rnn.app.joining import joined


def stack(inputs, units):
    """Two levels of unlike cells and sizes."""
    return Stack(GRU(inputs, 3), LSTM(3, units))


def both_ends(inputs, units):
    """As many units in all."""
    return BothEnds(GRU(inputs, units // 2))


def both_ways(inputs, units):
    """The same on two levels."""
    return Stack(Bidirectional(LSTM(inputs, 3)), BothEnds(LSTM(6, units // 2)))


@pytest.mark.parametrize(
    ("cell", "inputs", "outputs"),
    [(Vanilla, 1, 1), (LSTM, 2, 3), (GRU, 2, 1), (stack, 1, 3), (both_ends, 2, 3), (both_ways, 1, 1)],
)
def test_each_reads_its_own_columns(cell, inputs, outputs):
    """As if it were alone, whatever the others do."""
    rng = np.random.default_rng(0)
    net = RNN(cell(inputs, 4), outputs)
    members = [net.init(rng) for _ in range(3)]
    members = [type(each)(*(block + rng.normal(size=block.shape) for block in each)) for each in members]
    whole, params = joined(net, members)
    assert (whole.cell.inputs, whole.cell.units, whole.outputs) == (3 * inputs, 12, 3 * outputs)
    assert (whole.loss, whole.loops) == (net.loss, net.loops)
    xs = rng.normal(size=(5, 6, 3 * inputs))
    found = whole.predict(params, xs)
    for place, member in enumerate(members):
        own = net.predict(member, xs[:, :, place * inputs : (place + 1) * inputs].copy())
        np.testing.assert_allclose(found[:, :, place * outputs : (place + 1) * outputs], own, atol=1e-12)
