"""Which of two forecasts is better, beyond what chance explains."""

import numpy as np
import pytest

from rnn.app.comparing import Comparison, advantage, compared, critical, diebold_mariano


def noise(*shape):
    """Of the same seed each time."""
    return np.random.default_rng(0).normal(size=shape)


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.706), (1.5, 6.017), (2, 4.303), (3, 3.182), (10, 2.228), (120, 1.980), (10**6, 1.960)],
)
def test_a_critical_value_is_that_of_tables(freedom, quantile):
    """Of the t distribution, two-sided at 5 %."""
    assert critical(freedom) == pytest.approx(quantile, abs=0.002)


def test_the_statistic_by_hand():
    """With a wave for each degree of freedom, beside the sums of neighbours that a mean and a wave make."""
    difference = np.array([1.0, 5.0, 2.0, 8.0])
    root = np.sqrt(2 + np.sqrt(2)) / 2, np.sqrt(2 - np.sqrt(2)) / 2
    wave = np.sqrt(2) * np.array([root[0], root[1], -root[1], -root[0]])
    one = 4 / abs(wave @ difference / 4)
    assert diebold_mariano(difference, 1) == (pytest.approx(one), 1)
    mean = 1 + 4 * 3 + 1
    sums = [wave[0], wave[0] + wave[1], wave[1] + wave[2], wave[2] + wave[3], wave[3]]
    two = one * np.sqrt(np.square(sums).sum() / mean)
    assert diebold_mariano(difference, 2) == (pytest.approx(two), 1)


@pytest.mark.parametrize(("count", "steps"), [(2, 24), (15, 12), (200, 1)])
def test_a_constant_difference_is_certain(count, steps):
    """In either direction."""
    small, large = np.ones((count, steps)), np.full((count, steps), 1.1)
    assert (advantage(small, large), advantage(large, small)) == (1, -1)
    assert diebold_mariano(np.full(count, 0.3), steps)[0] > 1e12


def test_a_season_is_no_tie():
    """Errors that come again after 24 steps, eight steps ahead: 0.07 against 10."""
    hours = np.arange(213)[:, np.newaxis] + np.arange(8)
    other = 10 * np.sqrt(2) * np.sin(np.pi * hours / 12) + 0.1 * noise(213, 8)
    own = 0.07 * noise(213, 8)
    assert (advantage(own, other), advantage(other, own)) == (1, -1)


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e200])
def test_a_difference_is_beyond_chance_or_none(size):
    """Of errors of any size, in either order."""
    small, other, large = size * noise(3, 100, 1) * np.array([1, 1, 2])[:, np.newaxis, np.newaxis]
    assert (advantage(small, large), advantage(large, small)) == (1, -1)
    assert advantage(small, other) == 0
    assert advantage(small, small) == 0
    assert advantage(0 * small, 0 * small) == 0


def test_what_no_float_holds_is_larger_than_any():
    """And two of them are a tie."""
    finite, infinite = np.ones((5, 1)), np.full((5, 1), np.inf)
    assert (advantage(finite, infinite), advantage(infinite, finite)) == (1, -1)
    assert advantage(infinite, infinite) == 0


def test_each_baseline_is_found_to_be_something():
    """The best first; origins without a truth are left out."""
    own = noise(50, 2)
    errors = {"m": own, "worst": 9 * own, "worse": 3 * own, "same": own, "best": own / 9, "better": own / 3}
    errors = {name: np.append(error, [[1.0, np.nan]], axis=0) for name, error in errors.items()}
    found = compared(errors)
    assert found == Comparison(("worse", "worst"), ("same",), ("best", "better"), 50)
    assert [found.of(name) for name in ("worst", "same", "best")] == ["beaten", "a tie", "better"]
