"""What a network sees of a series: scaled by what is learnt from, split in the order of time."""

import numpy as np
import pytest

from rnn.app.preparing import Cut, cut, learn_scaling, season_of
from rnn.app.transformation import Transformation

LEVELS, CHANGES, LOGS = Transformation(), Transformation(lags=(1,)), Transformation(logs=True)

SEVERAL = [Transformation(True, (7, 1)), Transformation(lags=(3, 3))]

SERIES = np.random.default_rng(0).normal(5, 2, 40).cumsum()


@pytest.mark.parametrize("transformation", [LEVELS, CHANGES, LOGS, *SEVERAL])
def test_back_undoes_forward(transformation):
    """From the values that are known."""
    scaling = learn_scaling(SERIES, transformation)
    seen = scaling.forward(SERIES[np.newaxis])
    np.testing.assert_allclose(scaling.back(seen[:, -5:], SERIES[np.newaxis, :-5])[0], SERIES[-5:])
    assert seen.mean() == pytest.approx(0, abs=1e-12)
    assert seen.std() == pytest.approx(1)


@pytest.mark.parametrize(
    ("size", "transformation"), [(2.0**-1000, LEVELS), (2.0**-660, CHANGES), (2.0**1000, CHANGES)]
)
def test_numbers_of_any_size_are_seen_alike(size, transformation):
    """Those whose squares no float holds as well, and so is their season."""
    one, other = (learn_scaling(each * SERIES, transformation) for each in (1, size))
    np.testing.assert_array_equal(one.forward(SERIES), other.forward(size * SERIES))
    steps = np.arange(120)
    assert season_of(size * (np.sin(2 * np.pi * steps / 12) + 0.1 * steps), 40) == 12


def test_later_values_choose_and_judge():
    """In the order of time: learnt from, then those that choose, then those that judge."""
    assert cut(100, 10) == Cut(70, 85, 100)
    assert cut(20, 12) == Cut(14, 17, 20)


def test_a_season_is_found():
    """Of the changes, so a trend does not hide it; noise and straight lines have none."""
    steps, noise = np.arange(120), np.random.default_rng(0).normal(size=120)
    assert season_of(np.sin(2 * np.pi * steps / 12) + 0.1 * steps, 40) == 12
    assert season_of(np.tile([0.0, 1.0, 5.0], 20), 20) == 3
    assert season_of(noise, 40) is None
    assert season_of(steps.astype(float), 40) is None
    assert season_of(np.array([1.0, 2.0, 1.0]), 40) is None
