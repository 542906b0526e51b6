"""Which of two forecasts is better, beyond what chance explains."""

import os

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


def test_a_critical_value_of_any_chance():
    """Of one degree of freedom it is a tangent."""
    for chance in (0.5, 0.1, 0.01):
        assert critical(1, chance) == pytest.approx(np.tan(np.pi / 2 * (1 - chance)))


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


@pytest.mark.parametrize(
    ("origins", "steps", "freedom"),
    [(2, 1, 1), (15, 24, 1), (50, 12, 4), (200, 24, 8), (10_000, 1, 50)],
)
def test_degrees_of_freedom(origins, steps, freedom):
    """Fewer of few origins, and of many steps ahead."""
    assert diebold_mariano(noise(origins), steps)[1] == freedom


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


def sums(steps, count, rng):
    """Of so many neighbours of a noise: (count,)."""
    return np.convolve(rng.normal(size=count + steps - 1), np.ones(steps), "valid")


def squares(steps, count, rng):
    """Those of such sums, less those of others."""
    return sums(steps, count, rng) ** 2 - sums(steps, count, rng) ** 2


def walks(steps, count, rng):
    """Of squared errors on two walks over 1 to so many steps."""

    def mean(walk):
        return np.mean([(walk[h : count + h] - walk[:count]) ** 2 for h in range(1, steps + 1)], axis=0)

    return mean(rng.normal(size=count + steps).cumsum()) - mean(rng.normal(size=count + steps).cumsum())


def seasonal(steps, count, rng):
    """Sums with a season of twelve steps, three times as large."""
    wave = np.cos(np.pi * np.arange(count) / 6 + rng.uniform(0, 2 * np.pi))
    return sums(steps, count, rng) / np.sqrt(steps) + 3 * wave


def autoregression(steps, count, rng):
    """With the coefficient ½, whatever the steps."""
    found = np.zeros(count + 20)
    for place, each in enumerate(rng.normal(size=count + 19)):
        found[place + 1] = found[place] / 2 + each
    return found[20:]


KINDS = (sums, squares, walks, seasonal)
FEW_SIZES = [(kind, count, steps) for kind in KINDS for count, steps in ((15, 12), (40, 12), (100, 1))]
SIZES = [(kind, n, h) for kind in KINDS for n in (15, 20, 30, 50, 100, 200) for h in (1, 4, 12, 24)]
SIZES += [(autoregression, n, 1) for n in (15, 20, 30, 50, 100, 200)]


def share_found(kind, count, steps, series):
    """How often the test finds a difference where there is none."""
    rng = np.random.default_rng([count, steps])
    found = (diebold_mariano(kind(steps, count, rng), steps) for _ in range(series))
    return np.mean([abs(statistic) > critical(freedom) for statistic, freedom in found])


@pytest.mark.parametrize(("kind", "count", "steps"), FEW_SIZES)
def test_chance_passes_for_a_difference_no_more_often_than_is_said(kind, count, steps):
    """Of forecasts that are equally good: one time in twenty, within three standard errors of 400 series."""
    assert share_found(kind, count, steps, 400) < 0.083


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("HYPOTHESIS_PROFILE") != "thorough", reason="takes minutes")
@pytest.mark.parametrize(("kind", "count", "steps"), SIZES)
def test_the_size_of_the_test(kind, count, steps):
    """As the module says it, of 4000 series: 5 %, and of an autoregression of few values up to 7 %."""
    share = share_found(kind, count, steps, 4000)
    assert share < (0.075 if kind is autoregression else 0.06)
    if kind is sums:
        assert share > 0.04


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
