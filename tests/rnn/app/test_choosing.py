"""The forms of a series: chosen by what comes before the test, and a network that has to help."""

import numpy as np
import pytest

from rnn import RNN, Vanilla
from rnn.app.beside import Beside
from rnn.app.choosing import KEPT, candidates, chosen, helps, orders, score, validated
from rnn.app.predictors import Network
from rnn.app.preparing import Cut, Scaling
from rnn.app.transformation import Transformation
from rnn.app.views import View, alone

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


def test_linear_parts_have_three_rows_a_coefficient():
    """And look no further back than the window."""
    (levels, changes) = candidates(-GROWING, Cut(20, 25, 30), 12, None)
    assert [form.order for form in levels] == [0, 1, 2, 3, 4]
    assert [form.order for form in changes] == [0, 1, 2, 3, 4]
    assert orders(1) == [0, 1]
    assert orders(5) == [0, 1, 2, 3, 4, 5]


def test_the_best_forms_are_taken():
    """Each transformation once, by the best of its linear parts, and the best first."""
    views = chosen(GROWING, AT, 24, 12)
    assert len(views) == KEPT
    assert len({view.transformation for view in views}) == KEPT
    errors = [score(validated(GROWING, AT, [view], 24, None)) for view in views]
    assert errors == sorted(errors)


def test_nothing_is_chosen_by_what_tests():
    """Other values there change no form and no coefficient."""
    later = GROWING.copy()
    later[AT.validation :] *= 3
    for one, other in zip(chosen(GROWING, AT, 24, 12), chosen(later, AT, 24, 12), strict=True):
        assert one.scaling == other.scaling
        np.testing.assert_array_equal(one.linear, other.linear)


@np.errstate(over="ignore", invalid="ignore")
def test_a_form_that_numbers_are_too_large_for_is_none():
    """As changes that no float holds; levels are."""
    values = 1e308 * (-1) ** STEPS
    assert [view.transformation for view in chosen(values, AT, 4, None)] == [Transformation()]


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
    assert helps(values, Cut(200, 300, 400), [view], 3, Network(net, params)) == wanted


def test_a_long_stretch_is_judged_by_its_end():
    """A few hundred origins say enough."""
    values, at = RNG.normal(size=4000), Cut(2000, 3000, 4000)
    assert validated(values, at, [alone(Scaling(0.0, 1.0))], 3, None).shape == (300, 12)
    assert validated(values, Cut(10, 15, 20), [alone(Scaling(0.0, 1.0))], 3, None).shape == (5, 5)


def test_inputs_are_taken_where_they_tell_something():
    """Each form is tried without them and with them, if there are rows enough for their coefficients."""
    (levels, _) = candidates(-GROWING, Cut(20, 25, 30), 12, None, 2)
    assert [(form.order, form.inputs) for form in levels] == [
        *((0, False), (0, True), (1, False), (1, True), (2, False), (2, True), (3, False), (4, False)),
    ]
    rows = RNG.normal(size=(120, 1))
    values, lagged = RNG.normal(size=120), np.array([False])
    for beside, taken in (
        (Beside(rows, lagged), False),
        (Beside(rows + values[:, np.newaxis], lagged), True),
    ):
        best = chosen(values, AT, 6, None, beside)[0]
        assert best.takes_inputs == taken


def test_what_tests_is_not_seen_among_inputs():
    """Other rows there change nothing."""
    rows = RNG.normal(size=(120, 1)) + GROWING[:, np.newaxis]
    later = rows.copy()
    later[AT.validation :] = 1e6
    given = (Beside(each, np.array([False])) for each in (rows, later))
    one, other = ([view.beside.tolist() for view in chosen(GROWING, AT, 6, 12, each)] for each in given)
    assert one == other
