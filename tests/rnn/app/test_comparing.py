"""Which of two forecasts is better, beyond what chance explains."""

import numpy as np
import pytest

from rnn.app.comparing import Comparison, advantage, compared, critical, diebold_mariano


def noise(*shape):
    """Of the same seed each time."""
    return np.random.default_rng(0).normal(size=shape)


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(4, 2.776), (10, 2.228), (29, 2.045), (120, 1.980), (10**6, 1.960)]
)
def test_a_critical_value_is_that_of_tables(freedom, quantile):
    """Of the t distribution, two-sided at 5 %."""
    assert critical(freedom) == pytest.approx(quantile, abs=0.01)


def test_the_statistic_by_hand():
    """One step ahead it is the t statistic of the mean; of more steps autocovariances count as well."""
    difference = np.array([1.0, 5.0, 1.0, 5.0])
    wanted = 3 / (difference.std(ddof=1) / 2)
    assert diebold_mariano(difference, 1) == pytest.approx(wanted)
    away = difference - 3
    assert away @ away + 2 * away[1:] @ away[:-1] < 0
    assert diebold_mariano(difference, 2) == 0
    difference = np.array([1.0, 2.0, 4.0, 5.0, 3.0, 2.0])
    away = difference - difference.mean()
    variance = (away @ away + 2 * away[1:] @ away[:-1]) / 36
    correction = (6 + 1 - 4 + 2 / 6) / 6
    wanted = difference.mean() / np.sqrt(variance) * np.sqrt(correction)
    assert diebold_mariano(difference, 2) == pytest.approx(wanted)


@pytest.mark.parametrize("difference", [[], [1.0], [2.0, 2.0, 2.0]])
def test_what_has_no_variance_says_nothing(difference):
    """Of none, of one, of equal ones."""
    assert diebold_mariano(np.array(difference), 1) == 0


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e200])
def test_a_difference_is_beyond_chance_or_none(size):
    """Of errors of any size, in either order."""
    small, other, large = size * noise(3, 100, 1) * np.array([1, 1, 2])[:, np.newaxis, np.newaxis]
    assert (advantage(small, large), advantage(large, small)) == (1, -1)
    assert advantage(small, other) == 0
    assert advantage(small, small) == 0
    assert advantage(0 * small, 0 * small) == 0


def test_chance_passes_for_a_difference_as_often_as_is_said():
    """One step ahead, of forecasts that are equally good: about one time in twenty."""
    pairs = noise(1000, 2, 20, 1)
    assert 0.03 < np.mean([advantage(own, other) != 0 for own, other in pairs]) < 0.07


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


def test_a_comparison_is_told_in_sentences():
    """With another one where there are few forecasts."""
    assert Comparison(("a", "b"), (), (), 30).said("the model") == ["The model beats all of them."]
    assert Comparison((), ("a", "b"), (), 30).said("the model") == ["The model ties with a and b."]
    assert Comparison(("a",), ("b",), ("c", "d"), 17).said("the model") == [
        "The model beats a.",
        "It ties with b.",
        "It is beaten by c and d.",
        "17 forecasts are few to tell by.",
    ]
