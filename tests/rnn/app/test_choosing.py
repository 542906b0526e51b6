"""The forms of a series: chosen by what comes before the test, and a network that has to help."""

import numpy as np
import pytest

from rnn import RNN, Vanilla
from rnn.app.beside import Beside
from rnn.app.choosing import KEPT, candidates, chosen, helps, orders, score, validated
from rnn.app.comparing import advantage
from rnn.app.predictors import SMOOTHING, Network, mean_of, simple
from rnn.app.preparing import Cut, Scaling
from rnn.app.smoothing import fitted
from rnn.app.transformation import Transformation
from rnn.app.views import View

RNG = np.random.default_rng(0)
AT = Cut(84, 102, 120)
STEPS = np.arange(120.0)
GROWING = np.exp(0.03 * STEPS + 0.2 * np.sin(np.pi * STEPS / 6) + RNG.normal(0, 0.02, 120))


def transformations(values, at, length, season):
    """Those of the candidates."""
    return [forms[0].transformation for forms in candidates(values, at, length, season)]


def test_candidates_suit_the_values():
    """Logarithms of what is above 0 alone, seasons where there is one, and lags that leave windows."""
    lags = [(), (1,), (12,), (12, 1)]
    every = [Transformation(logs, each) for logs in (False, True) for each in lags]
    assert transformations(GROWING, AT, 12, 12) == every
    assert transformations(-GROWING, AT, 12, 12) == every[:4]
    assert transformations(GROWING, AT, 12, None) == [each for each in every if 12 not in each.lags]
    assert transformations(-GROWING, AT, 80, 12) == every[:2]
    assert transformations(-GROWING, AT, 83, 12) == every[:1]


def test_linear_parts_have_ten_rows_a_weight():
    """And look no further back than the window."""
    (levels, changes) = candidates(-GROWING, Cut(30, 35, 40), 12, None)
    assert [form.order for form in levels] == [0, 1, 2, 3]
    assert [form.order for form in changes] == [0, 1, 2]
    assert orders(1) == [0, 1]
    assert orders(5) == [0, 1, 2, 3, 4, 5]


def error_of(values, at, predict, context):
    """The score of a forecast on the validation stretch, and its errors one step ahead."""
    found = validated(values, at, predict, context)
    return score(found), found[:, :1]


WALK = np.random.default_rng(3).normal(size=120).cumsum()


@pytest.mark.parametrize(
    ("values", "season"), [(GROWING, 12), (WALK, None), (np.random.default_rng(1).normal(size=120), 12)]
)
def test_what_the_best_beats_beyond_chance_is_left_out(values, season):
    """And nothing that is worse than what is taken and ties with the best is taken in its place."""
    smoothing = fitted(values[: AT.train], season)
    found = chosen(values, AT, 24, season, smoothing)
    baselines, context = simple(season, smoothing), 84
    taken = [mean_of([view], 24, None) for view in found.views] + [baselines[name] for name in found.others]
    errors = sorted((error_of(values, AT, predict, context) for predict in taken), key=lambda each: each[0])
    assert all(advantage(errors[0][1], error) <= 0 for _, error in errors)
    # What smoothing forecasts goes by the context as well.
    rest = [baselines[name] for name in baselines if name not in (*found.others, SMOOTHING)]
    if len(taken) == KEPT:
        assert all(error_of(values, AT, predict, context)[0] >= errors[-1][0] for predict in rest)


def test_what_is_certainly_worse_does_not_forecast():
    """A series that least squares fit to rounding has no last value beside it."""
    wave = np.sin(np.arange(120.0))
    found = chosen(wave, AT, 24, None)
    assert found.others == ()


def test_nothing_is_chosen_by_what_tests():
    """Other values there change no form, no coefficient and no baseline."""
    later = GROWING.copy()
    later[AT.validation :] *= 3
    one, other = (chosen(each, AT, 24, 12, fitted(each[: AT.train], 12)) for each in (GROWING, later))
    assert one.others == other.others
    for first, second in zip(one.views, other.views, strict=True):
        assert first.scaling == second.scaling
        np.testing.assert_array_equal(first.linear, second.linear)


def test_a_score_counts_one_step_and_all():
    """By their geometric mean; what is not known is left out."""
    error = np.array([[1.0, 2.0], [1.0, np.nan]])
    assert score(error) == pytest.approx(np.sqrt(np.sqrt(6 / 3)))
    # No product of two sizes overflows or vanishes.
    for size in (1e160, 1e300, 1e-200, 1e-300):
        assert score(size * error) == pytest.approx(size * score(error), rel=1e-12, abs=0)


@pytest.mark.parametrize(("gain", "wanted"), [(0.0, False), (1.0, True), (-1.0, False)])
def test_a_network_helps_where_it_errs_less(gain, wanted):
    """Beyond chance: one that adds nothing does not, nor one that adds the opposite."""
    # The value after x is x / 2, where a linear part expects −2 x: an identity has the rest.
    noise = np.random.default_rng(0).normal(size=400)
    values = np.array([0.5 ** np.arange(t + 1) @ noise[t::-1] for t in range(400)])
    net = RNN(Vanilla(1, 1), 1)
    params = net.init(np.random.default_rng(0))
    params = params._replace(
        U=np.array([[1e-3]]), W=np.zeros((1, 1)), b=np.zeros(1), V=np.array([[2500.0 * gain]]), c=np.zeros(1)
    )
    view = View(Scaling(0.0, 1.0), np.array([0.0, -2.0]), 1.0)
    without, within = (mean_of([view], 3, network) for network in (None, Network(net, params)))
    assert helps(values, Cut(200, 300, 400), without, within, 3) == wanted


def test_inputs_are_taken_where_they_tell_something():
    """Each form is tried without them and with them, if there are rows enough for their coefficients."""
    (levels, _) = candidates(-GROWING, Cut(30, 35, 40), 12, None, 2)
    assert [(form.order, form.inputs) for form in levels] == [
        *((0, False), (0, True), (1, False), (1, True), (2, False), (3, False))
    ]
    rng = np.random.default_rng(1)
    rows, values, lagged = rng.normal(size=(120, 1)), rng.normal(size=120), np.array([False])
    for beside, taken in (
        (Beside(rows, lagged), False),
        (Beside(rows + values[:, np.newaxis], lagged), True),
    ):
        best = chosen(values, AT, 6, None, None, beside).views[0]
        assert best.takes_inputs == taken


def test_what_tests_is_not_seen_among_inputs():
    """Other rows there change nothing."""
    rows = RNG.normal(size=(120, 1)) + GROWING[:, np.newaxis]
    later = rows.copy()
    later[AT.validation :] = 1e6
    given = (Beside(each, np.array([False])) for each in (rows, later))
    one, other = (
        [view.beside.tolist() for view in chosen(GROWING, AT, 6, 12, None, each).views] for each in given
    )
    assert one == other


@np.errstate(over="ignore", invalid="ignore")
def test_a_form_that_numbers_are_too_large_for_is_none():
    """As changes that no float holds; levels are."""
    values = 1e308 * (-1) ** STEPS
    assert [view.transformation for view in chosen(values, AT, 4, None).views] == [Transformation()]
