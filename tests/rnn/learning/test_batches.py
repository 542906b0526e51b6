"""Batches: every record once an epoch, with the weights of its losses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.data import Records
from rnn.learning.batches import AT_ONCE, AsTheyCome, Batch, Fit, FromArrays, of_losses
from rnn.losses import softmax_cross_entropy, squared_error

CLASSES = Fit(1, 3, np.dtype(float), softmax_cross_entropy)


def numbered(records, steps=2):
    """Records that hold their number, with a class."""
    numbers = np.arange(float(records))
    return Records(np.tile(numbers[:, np.newaxis, np.newaxis], (1, steps, 1)), np.arange(records) % 3)


def numbers(batches):
    """Those of the records in each."""
    return [batch.xs[:, 0, 0].astype(int).tolist() for batch in batches]


@given(st.integers(1, 200), st.integers(1, 210), st.none() | st.integers(0, 9))
def test_an_epoch_takes_every_record_once(records, size, seed):
    """As many at a time as were asked for, the last being what remains, with targets and weights beside."""
    data = numbered(records)
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


@given(st.integers(1, 3 * AT_ONCE), st.integers(1, 3 * AT_ONCE))
def test_an_evaluation_takes_them_in_their_order(records, size):
    """Few at a time, whatever an update takes; of somebody's own batches as well."""
    data = numbered(records)

    class Own:
        def __len__(self):
            return -(-records // size)

        def epoch(self, rng):
            assert rng is None
            return ((data.xs[at : at + size], data.targets[at : at + size]) for at in range(0, records, size))

    for source in (FromArrays(data, size), AsTheyCome("data", Own(), -(-records // size), CLASSES)):
        found = numbers(source.whole())
        assert max(map(len, found)) <= AT_ONCE
        assert [number for batch in found for number in batch] == list(range(records))


def test_a_batch_in_parts_keeps_its_weights():
    """Each record its own."""
    data = numbered(2 * AT_ONCE + 1)
    parts = list(Batch(*data, np.arange(len(data.xs))).parts())
    assert [len(part.weights) for part in parts] == [AT_ONCE, AT_ONCE, 1]
    assert [weight for part in parts for weight in part.weights] == list(range(len(data.xs)))
    assert [part.weights for part in Batch(*data).parts()] == [None] * 3


def test_weights_of_losses_are_a_product():
    """Of that of the record and that of the class, on the last step or on every one."""
    factors, weights = np.array([1.0, 10.0, 100.0]), np.array([2.0, 3.0])
    last, every = np.array([2, 0]), np.array([[0, 1], [2, 2]])
    assert of_losses(last, weights, factors).tolist() == [200, 3]
    assert of_losses(every, weights, factors).tolist() == [[2, 20], [300, 300]]
    assert of_losses(every, None, factors).tolist() == [[1, 10], [100, 100]]
    assert of_losses(every, weights, None) is weights


@pytest.mark.parametrize("mode", ["r", "c"])
def test_what_is_mapped_is_read_when_it_is_taken(tmp_path, mode):
    """A batch holds its own numbers, and the file may be read-only."""
    data = numbered(9)
    for name, array in data._asdict().items():
        np.save(tmp_path / f"{name}.npy", array)
    mapped = Records(*(np.load(tmp_path / f"{name}.npy", mmap_mode=mode) for name in data._fields))
    fit = Fit(1, 1, np.dtype(float), squared_error)
    checked = fit.checked("data", Records(mapped.xs, mapped.xs[:, 0]))
    assert numbers(FromArrays(checked, 4).epoch(np.random.default_rng(0))) == numbers(
        FromArrays(data, 4).epoch(np.random.default_rng(0))
    )
