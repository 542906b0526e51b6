"""Intervals from the errors of a rolling origin: by hand, of any size, and as often right as they say."""

import numpy as np
import pytest

from rnn.app import intervals
from rnn.app.comparing import critical
from rnn.app.intervals import interval, known_by, widths

nan, inf = np.nan, np.inf


def rolling(steps, origins, rng, memory=0.0):
    """Errors of the last value of a walk, or of a noise that forgets: as a rolling origin makes them."""
    noise = rng.normal(size=origins + 1)
    values = np.cumsum(noise) if memory == 1 else noise
    ahead = np.arange(origins)[:, np.newaxis] + 1 + np.arange(steps)
    truth = np.append(values, nan)[np.minimum(ahead, origins + 1)]
    return memory * values[:-1, np.newaxis] - truth


def test_what_is_known_at_an_origin():
    """The error of so many steps ahead is, so many steps later."""
    np.testing.assert_array_equal(known_by(np.full((9, 3), 7.0), 3), [[7, 7, 7], [7, 7, nan], [7, nan, nan]])
    assert known_by(np.ones((9, 3)), 0).shape == (0, 3)


def unknown(count, steps, level):
    """How much wider what is not known of a size makes it, of so many origins: by horizon, on to the last."""
    known, horizons = count - np.zeros(steps), np.arange(1, steps + 1)
    worth = np.maximum(1, known * 3 * horizons / (2 * horizons**2 + 1))
    wide = [critical(freedom, 1 - level) for freedom in worth]
    return np.array(wide) / critical(1e9, 1 - level) * np.sqrt(1 + 1 / worth)


def test_widths_by_hand():
    """Nine errors of 1 and of 2: of each horizon's own size, of which 90 % are all, and 50 % half."""
    errors = np.array([[1.0, -2.0]] * 9)
    np.testing.assert_allclose(widths(errors, 2, 0.9), [1, 2] * unknown(9, 2, 0.9), rtol=1e-5)
    root = np.sqrt([1 + 1 / 9, 1 + 1 / 6])
    np.testing.assert_allclose(unknown(9, 2, 0.9), [1.833 / 1.645, 1.943 / 1.645] * root, rtol=1e-3)
    errors = np.arange(1.0, 10.0)[:, np.newaxis]
    for few, level, wanted in ((-errors, 0.9, 9), (errors, 0.5, 5), (errors[:8], 0.5, 5)):
        found = wanted * unknown(len(few), 1, level)
        np.testing.assert_allclose(widths(few, 1, level), found, rtol=1e-5)


def test_less_is_known_of_what_is_further_ahead():
    """Errors of many steps ahead hang together, so that few say little: 5.4 times as wide at the most."""
    ratio = widths(np.ones((18, 9)), 9, 0.9)
    assert (np.diff(ratio) > 0).all()
    assert 1.05 < ratio[0] < 1.1
    assert 1.6 < ratio[8] < 2.2
    assert widths(np.ones((2, 1)), 1, 0.9)[0] == pytest.approx(2.920 / 1.645 * np.sqrt(1.5), rel=1e-3)
    assert widths(np.ones((1, 1)), 1, 0.9)[0] == pytest.approx(6.314 / 1.645 * np.sqrt(2), rel=1e-3)


@pytest.mark.parametrize(
    ("spread", "power"),
    [([1.0], 0.5), ([1.0, 2.0], 1.0), ([3.0, 3.0], 0), ([1.0, 8.0], 1.5), ([0.0, 1.0], 0), ([0.0, 0.0], 0)],
)
def test_an_interval_ends_nowhere(spread, power):
    """Beyond what is known it grows by each doubling as by the last; as a sum, of one step, and no faster."""
    errors = np.array([spread] * 30)
    found = widths(errors, 100, 0.5)
    assert found.shape == (100,)
    np.testing.assert_allclose(
        found[len(spread) :],
        found[len(spread) - 1] * (np.arange(len(spread), 100) + 1) ** power / len(spread) ** power,
    )


def test_what_no_float_holds_has_no_width():
    """Where the share asked for would hold an infinite error; one beyond that share counts as exceeded."""
    errors = np.ones((20, 1))
    errors[:2] = inf
    np.testing.assert_allclose(widths(errors, 2, 0.5), np.array([1, 2**0.5]) * unknown(20, 1, 0.5), rtol=1e-5)
    np.testing.assert_array_equal(widths(errors, 2, 0.95), [nan, nan])
    np.testing.assert_array_equal(widths(np.full((20, 1), inf), 1, 0.5), [nan])
    assert np.isnan(widths(np.full((9, 1), 1e308), 9, 0.5)[4:]).all()


@pytest.mark.parametrize(("memory", "level"), [(0.0, 0.9), (1.0, 0.5)])
def test_they_hold_as_often_as_is_asked_for(memory, level):
    """Of noise and of walks, at each horizon, where errors go on as before: on average of many series."""
    rng = np.random.default_rng(0)
    found = [interval(rolling(4, 60, rng, memory), 30, 4, level) for _ in range(100)]
    np.testing.assert_allclose(np.mean([each.coverage for each in found], axis=0), level, atol=0.05)


def test_coverage_is_measured_by_what_was_known_before(monkeypatch):
    """An error in the test stretch changes no interval that was made before it; each part has its own."""
    rng = np.random.default_rng(0)
    errors = rolling(3, 40, rng)
    made = []
    monkeypatch.setattr(
        intervals, "widths", lambda known, *rest: (made.append(known), widths(known, *rest))[1]
    )
    held = interval(errors, 24, 3, 0.9)
    assert [len(known) for known in made] == [*range(16, 40, 2), 40]
    assert held.tested.tolist() == [24, 23, 22]
    want = [
        sum(abs(errors[j, h]) <= widths(known_by(errors, j - j % 2), 3, 0.9)[h] for j in range(16, 40))
        for h in range(3)
    ]
    assert held.held.tolist() == want
    np.testing.assert_array_equal(made[0], known_by(errors, 16))


def test_where_little_is_known_less_is_measured():
    """Half of the held-out values are to be forecast so far ahead; and something must be known before."""
    errors = rolling(12, 24, np.random.default_rng(0))
    assert interval(errors, 7, 12, 0.9).tested.tolist() == [7, 6, 5, 4, *[0] * 8]
    assert interval(errors[:, :1], 24, 2, 0.9).tested.tolist() == [22, 0]
    (alone,) = [interval(errors[-1:, :1], 1, 5, 0.9)]
    assert alone.tested.tolist() == [0] * 5
    assert (alone.width > 0).all()
    assert np.isnan(alone.overall)
    assert "too few of these" in alone.said()
