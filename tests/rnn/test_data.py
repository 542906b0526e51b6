"""The sine wave, its windows, the split and the positional encoding."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.data import Records, positional, sine_wave, split, windows


def test_sine_wave_is_one_radian_a_step():
    """Entry x is sin(x), in float64, from x = 0."""
    wave = sine_wave(200)
    assert wave.shape == (200,)
    assert wave.dtype == np.float64
    assert wave[0] == 0
    np.testing.assert_array_equal(wave, [np.sin(float(x)) for x in range(200)])


@pytest.mark.parametrize(
    ("steps", "error", "message"),
    [
        (0, ValueError, "steps: 0, needed at least 1"),
        (2.0, TypeError, "steps: 2.0, needed an integer"),
        (True, TypeError, "steps: True, needed an integer"),
        (2**63, ValueError, "steps: 9223372036854775808, needed at most 9223372036854775807$"),
        (np.timedelta64(3, "D"), TypeError, "steps: .*, needed an integer"),
        (2**62, MemoryError, "steps: 4611686018427387904, needed fewer: it does not fit in memory$"),
        (10**15, MemoryError, "steps: 1000000000000000, needed fewer: it does not fit in memory$"),
    ],
)
def test_sine_wave_refuses_what_is_no_count(steps, error, message):
    """The number of steps is an integer from 1, and the message says what was given."""
    with pytest.raises(error, match=message):
        sine_wave(steps)


def test_windows_have_the_articles_shapes():
    """200 steps and windows of 50 give 150 records."""
    xs, targets = windows(sine_wave(200), 50)
    assert xs.shape == (150, 50, 1)
    assert targets.shape == (150, 1)


@pytest.mark.parametrize("length", [1, 2, 6])
def test_a_window_is_followed_by_its_target(length):
    """Record m holds series[m : m + length], and its target is the next value."""
    series = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.0, 6.0])
    xs, targets = windows(series, length)
    assert len(xs) == len(targets) == 7 - length
    for m in range(len(xs)):
        np.testing.assert_array_equal(xs[m, :, 0], series[m : m + length])
        assert targets[m, 0] == series[m + length]


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


def test_windows_of_one_column_are_those_of_a_series():
    """With or without an axis for it."""
    series = np.arange(6.0)
    for one, other in zip(windows(series, 2, [0]), windows(series[:, np.newaxis], 2), strict=True):
        np.testing.assert_array_equal(one, other)


def test_windows_of_several_columns_are_new_arrays():
    """Writing into the series leaves its windows as they were; the windows can be written."""
    series = np.arange(12.0).reshape(6, 2)
    xs, targets = windows(series, 2, [1])
    series[:] = -1
    assert min(xs.min(), targets.min()) >= 0
    xs[0, 1] = targets[0] = 99
    assert xs[1, 0].tolist() == [2, 3]
    assert xs.flags.c_contiguous
    assert targets.flags.c_contiguous
    assert targets[1].tolist() == [7]


@pytest.mark.parametrize(
    ("targets", "error", "message"),
    [
        ([2], ValueError, r"targets\[0\]: 2, needed at most 1, the last column$"),
        ([0, -1], ValueError, r"targets\[1\]: -1, needed at least 0$"),
        ([0.0], TypeError, r"targets\[0\]: 0.0, needed an integer"),
        ([True], TypeError, r"targets\[0\]: True, needed an integer"),
        (["b"], TypeError, r"targets\[0\]: 'b', needed an integer"),
        ([], ValueError, r"targets: \[\], needed at least one column$"),
        (1, TypeError, r"targets: 1, needed a list of columns, as \[0\], or None$"),
        ("01", TypeError, "targets: '01', needed a list of columns"),
        (np.array([0]), TypeError, r"targets: array\(\[0\]\), needed a list of columns"),
    ],
)
def test_what_is_no_column_is_no_target(targets, error, message):
    """By its place in what was given."""
    with pytest.raises(error, match=f"^{message}"):
        windows(np.ones((5, 2)), 2, targets)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_windows_keep_the_dtype(dtype):
    """The records have the dtype of the series."""
    records = windows(np.arange(5, dtype=dtype), 2)
    assert records.xs.dtype == records.targets.dtype == dtype


def test_windows_are_new_arrays():
    """Writing into the series leaves its windows as they were, and the windows can be written."""
    series = np.arange(5.0)
    xs, targets = windows(series, 2)
    series[:] = -1
    assert xs.min() >= 0
    assert targets.min() >= 0
    xs[0, 1, 0] = 7
    assert xs[1, 0, 0] == 1


@pytest.mark.parametrize(
    ("series", "length", "error", "message"),
    [
        (np.zeros(4), 4, ValueError, r"length: 4, needed at most 3: a series of 4 values"),
        (np.zeros(4), 0, ValueError, "length: 0, needed at least 1"),
        (np.zeros(4), 1.5, TypeError, "length: 1.5, needed an integer"),
        (np.zeros((4, 1, 1)), 2, ValueError, r"series: shape \(4, 1, 1\), needed \(S, D\) or \(S,\)"),
        (np.zeros((4, 0)), 2, ValueError, r"series: shape \(4, 0\), needed \(S, D\) or \(S,\)"),
        (np.zeros(0), 1, ValueError, r"series: shape \(0,\)"),
        (np.zeros(4, dtype=int), 2, TypeError, "series: dtype int64, needed float32"),
        (np.array([0.0, np.nan]), 1, ValueError, r"series: nan at \(1,\), needed finite"),
        (np.ma.array([0.0, -999.0, 1.0], mask=[0, 1, 0]), 1, TypeError, "series: a masked array, needed one"),
        (
            np.broadcast_to(1.0, 2**50),
            1,
            MemoryError,
            r"series: shape \(1125899906842624,\), needed a smaller one: it does not fit in memory",
        ),
        (np.zeros(2**26), 2**25, MemoryError, "length: 33554432, needed less, or a shorter series: it does"),
    ],
)
def test_windows_refuse_what_holds_no_window(series, length, error, message):
    """The message names the argument, what was given and what is needed."""
    with pytest.raises(error, match=message):
        windows(series, length)


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


def test_split_takes_a_plain_pair():
    """Any pair (xs, targets) will do: the article's 150 windows fall into 100 and 50."""
    xs, targets = windows(sine_wave(200), 50)
    train, validation = split((xs, targets), train=100)
    assert (len(train.xs), len(validation.xs)) == (100, 50)


@pytest.mark.parametrize(
    ("records", "train", "error", "message"),
    [
        ((np.zeros((3, 2, 1)), np.zeros((3, 1))), 3, ValueError, "train: 3, needed at most 2"),
        ((np.zeros((3, 2, 1)), np.zeros((3, 1))), 0, ValueError, "train: 0, needed at least 1"),
        ((np.zeros((3, 2, 1)), np.zeros((3, 1))), "1", TypeError, "train: '1', needed an integer"),
        (
            (np.ma.zeros((3, 2, 1)), np.zeros((3, 1))),
            1,
            TypeError,
            "records.xs: a masked array, needed one without a mask",
        ),
        (np.zeros((3, 2, 1)), 1, TypeError, r"records: ndarray, needed a pair \(xs, targets\)"),
        ((np.zeros((3, 2, 1)),), 1, TypeError, "records: tuple, needed a pair"),
        ((np.zeros((3, 2)), np.zeros((3, 1))), 1, ValueError, r"records.xs: shape .*, needed \(N, T, D\)"),
        (
            (np.zeros((3, 2, 1)), np.zeros((2, 1))),
            1,
            ValueError,
            r"records.targets: shape \(2, 1\), needed \(3, 2, K\) or \(3, K\), each of K at least 1",
        ),
        (
            (np.zeros((3, 2, 1)), np.zeros((3, 4, 1))),
            1,
            ValueError,
            r"records.targets: shape \(3, 4, 1\), needed \(3, 2, K\) or \(3, K\)",
        ),
        (
            (np.zeros((3, 2, 1)), np.zeros(3)),
            1,
            ValueError,
            r"records.targets: shape \(3,\), needed \(3, 2, K\) or \(3, K\)",
        ),
        (
            (np.zeros((3, 2, 1)), np.zeros((3, 1), dtype=np.float32)),
            1,
            TypeError,
            "records.targets: dtype float32, needed float64",
        ),
    ],
)
def test_split_refuses_what_it_cannot_cut(records, train, error, message):
    """Both parts hold a record, and xs and targets belong together."""
    with pytest.raises(error, match=message):
        split(records, train)


def test_positional_puts_each_step_in_its_own_entry():
    """At step t entry t is x_t and every other entry is zero."""
    xs = np.random.default_rng(0).standard_normal((3, 4, 1))
    encoded = positional(xs)
    assert encoded.shape == (3, 4, 4)
    for n, t, d in np.ndindex(encoded.shape):
        assert encoded[n, t, d] == (xs[n, t, 0] if t == d else 0)


@pytest.mark.parametrize("dtype", [np.float32, np.longdouble])
def test_positional_keeps_the_dtype(dtype):
    """The encoding has the dtype of the inputs."""
    assert positional(np.ones((1, 2, 1), dtype=dtype)).dtype == dtype


def test_positional_encodes_fractions():
    """Fractions stay Fractions, the zeros among them too."""
    encoded = positional(np.array([[[Fraction(1, 3)], [Fraction(2)]]], dtype=object))
    assert encoded.tolist() == [[[Fraction(1, 3), 0], [0, Fraction(2)]]]
    assert all(isinstance(entry, Fraction) for entry in encoded.ravel())


@pytest.mark.parametrize(
    ("xs", "error", "message"),
    [
        (np.zeros((2, 3, 2)), ValueError, r"xs: shape \(2, 3, 2\), needed \(N, T, 1\)"),
        (np.zeros((2, 3)), ValueError, r"xs: shape \(2, 3\), needed \(N, T, 1\)"),
        (np.zeros((2, 3, 1), dtype=int), TypeError, "xs: dtype int64"),
        (
            np.zeros((1, 2**24, 1), np.float32),
            MemoryError,
            r"xs: shape \(1, 16777216, 1\), needed fewer records",
        ),
    ],
)
def test_positional_refuses_anything_but_one_number_a_step(xs, error, message):
    """The encoding is of one number a step, and the message says so."""
    with pytest.raises(error, match=message):
        positional(xs)
