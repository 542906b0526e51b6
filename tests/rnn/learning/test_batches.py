"""Batches: every record once an epoch, with the weights of its losses."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn.data import Ragged, Records
from rnn.learning.batches import AT_ONCE, AsTheyCome, Fit, FromArrays
from rnn.losses import softmax_cross_entropy

CLASSES = Fit(1, 3, np.dtype(float), softmax_cross_entropy)


def numbered(records, ragged, steps=2):
    """Records that hold their number, with a class, and with one step or two where they end early."""
    numbers = np.arange(records)
    xs = np.tile(numbers[:, np.newaxis, np.newaxis].astype(float), (1, steps, 1))
    return Ragged(xs, numbers % 3, numbers % steps + 1) if ragged else Records(xs, numbers % 3)


def assert_ends(batch, own, ragged):
    """Its records have their lengths, if they end early."""
    assert (batch.lengths is not None) == ragged
    assert not ragged or batch.lengths.tolist() == [number % 2 + 1 for number in own]


def numbers(batches):
    """Those of the records in each."""
    return [batch.xs[:, 0, 0].astype(int).tolist() for batch in batches]


@given(st.integers(1, 200), st.integers(1, 210), st.none() | st.integers(0, 9), st.booleans())
def test_an_epoch_takes_every_record_once(records, size, seed, ragged):
    """As many at a time as were asked for, the last being what remains, with all that is theirs beside."""
    data = numbered(records, ragged)
    source = FromArrays(data, size, np.arange(float(records)) + 1)
    batches = list(source.epoch(None if seed is None else np.random.default_rng(seed)))
    assert len(batches) == len(source)
    found = numbers(batches)
    assert [len(batch) for batch in found[:-1]] == [size] * (len(source) - 1)
    order = [number for batch in found for number in batch]
    wanted = np.arange(records) if seed is None else np.random.default_rng(seed).permutation(records)
    assert order == wanted.tolist()
    for batch, own in zip(batches, found, strict=True):
        assert batch.targets.tolist() == [number % 3 for number in own]
        assert batch.weights.tolist() == [number + 1 for number in own]
        assert_ends(batch, own, ragged)


@given(st.integers(1, 3 * AT_ONCE), st.integers(1, 3 * AT_ONCE), st.booleans())
def test_an_evaluation_takes_them_in_their_order(records, size, ragged):
    """Few at a time, whatever an update takes; of somebody's own batches as well."""
    data = numbered(records, ragged)

    class Own:
        def __len__(self):
            return -(-records // size)

        def epoch(self, rng):
            assert rng is None
            return (tuple(array[at : at + size] for array in data) for at in range(0, records, size))

    for source in (FromArrays(data, size), AsTheyCome("data", Own(), -(-records // size), CLASSES)):
        batches = list(source.whole())
        found = numbers(batches)
        for batch, own in zip(batches, found, strict=True):
            assert_ends(batch, own, ragged)
        assert max(map(len, found)) <= AT_ONCE
        assert [number for batch in found for number in batch] == list(range(records))
