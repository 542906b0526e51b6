"""The sine wave, its windows, the split and the positional encoding."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.data import Ragged, Records, positional, sine_wave, split, windows


def test_sine_wave_is_one_radian_a_step():
    """Entry x is sin(x), in float64, from x = 0."""
    wave = sine_wave(200)
    assert wave.dtype == np.float64
    np.testing.assert_array_equal(wave, [np.sin(float(x)) for x in range(200)])


@given(st.integers(2, 9), st.integers(1, 4), st.data())
def test_windows_of_several_columns(steps, width, data):
    """Each record holds all, and the target those that were chosen, in their order; index by index."""
    length = data.draw(st.integers(1, steps - 1))
    places = st.lists(st.integers(0, width - 1), min_size=1, max_size=5)
    chosen = data.draw(st.none() | places | places.map(tuple) | st.just(range(width)))
    series = np.arange(float(steps * width)).reshape(steps, width)
    series = data.draw(
        st.sampled_from([series, np.asfortranarray(series), np.repeat(series, 2, axis=1)[:, ::2]])
    )
    xs, targets = windows(series, length, chosen)
    columns = list(range(width)) if chosen is None else list(chosen)
    assert xs.shape == (steps - length, length, width)
    assert targets.shape == (steps - length, len(columns))
    for m in range(steps - length):
        assert [xs[m, t, d] for t in range(length) for d in range(width)] == series[
            m : m + length
        ].ravel().tolist()
        assert targets[m].tolist() == [series[m + length, column] for column in columns]


@pytest.mark.parametrize("chosen", [None, [0], [1]], ids=str)
@pytest.mark.parametrize("width", [1, 2])
def test_windows_are_new_arrays(width, chosen):
    """Writing into the series leaves its windows as they were; the windows can be written."""
    series = np.arange(6.0 * width).reshape(6, width)
    xs, targets = windows(series, 2, [0] if width == 1 and chosen else chosen)
    before = targets[1].tolist()
    series[:] = -1
    assert min(xs.min(), targets.min()) >= 0
    xs[0, 1] = targets[0] = 99
    assert xs[1, 0].tolist() == list(range(width, 2 * width))
    assert xs.flags.c_contiguous
    assert targets.flags.c_contiguous
    assert targets[1].tolist() == before


@pytest.mark.parametrize("targets_shape", [(7, 2), (7, 4, 2)])
def test_split_cuts_in_order(targets_shape):
    """The first records train, the rest validate, and none is lost, shuffled or shared."""
    records = Records(np.random.default_rng(0).random((7, 4, 3)), np.zeros(targets_shape))
    records.targets[...] = np.arange(7).reshape(7, *[1] * (len(targets_shape) - 1))
    train, validation = split(records, train=5)
    np.testing.assert_array_equal(np.concatenate([train.xs, validation.xs]), records.xs)
    np.testing.assert_array_equal(np.concatenate([train.targets, validation.targets]), records.targets)
    assert len(train.xs) == 5
    for part in (train, validation):
        assert not np.shares_memory(part.xs, records.xs)
        assert not np.shares_memory(part.targets, records.targets)


@pytest.mark.parametrize("targets_shape", [(7, 2), (7, 4, 2)])
def test_split_takes_lengths_along(targets_shape):
    """Each part has those of its records, and zeros for whatever stood behind an end."""
    rng, lengths = np.random.default_rng(0), np.array([4, 1, 3, 2, 4, 1, 2])
    behind = np.arange(4) >= lengths[:, np.newaxis]
    xs, targets = rng.random((7, 4, 3)), rng.random(targets_shape)
    padded, padded_targets = xs.copy(), targets.copy()
    padded[behind] = np.nan
    xs[behind] = 0
    if targets.ndim == 3:
        padded_targets[behind] = np.inf
        targets[behind] = 0
    kept = padded.copy(), padded_targets.copy()
    parts = split((padded, padded_targets, lengths.tolist()), train=5)
    for part, own in zip(parts, (slice(5), slice(5, None)), strict=True):
        assert type(part) is Ragged
        for array, want in zip(part, (xs, targets, lengths), strict=True):
            np.testing.assert_array_equal(array, want[own])
    for array, before in zip((padded, padded_targets), kept, strict=True):
        np.testing.assert_array_equal(array, before)


def test_positional_puts_each_step_in_its_own_entry():
    """At step t entry t is x_t and every other entry is zero."""
    xs = np.random.default_rng(0).standard_normal((3, 4, 1))
    encoded = positional(xs)
    assert encoded.shape == (3, 4, 4)
    for n, t, d in np.ndindex(encoded.shape):
        assert encoded[n, t, d] == (xs[n, t, 0] if t == d else 0)


def test_positional_encodes_fractions():
    """Fractions stay Fractions, the zeros among them too."""
    encoded = positional(np.array([[[Fraction(1, 3)], [Fraction(2)]]], dtype=object))
    assert encoded.tolist() == [[[Fraction(1, 3), 0], [0, Fraction(2)]]]
    assert all(isinstance(entry, Fraction) for entry in encoded.ravel())
