"""How far a loss reaches: by hand for one unit, and not beyond a truncation."""

from dataclasses import replace

import numpy as np
import pytest

from rnn import RNN, Full, Params, Vanilla, Window, identity
from rnn.app.forecaster import from_stored, read_model
from rnn.app.predictors import MODEL
from rnn.app.reach import influence, reach, windows_of

NET = RNN(Vanilla(1, 1, identity), 1)
HALF = Params(*(np.array(block) for block in ([[1.0]], [[0.5]], [0.0], [[1.0]], [0.0])))
XS, TARGETS = np.ones((2, 6, 1)), np.zeros((2, 1))


def test_one_linear_unit_halves_each_step():
    """Since W is a half; the truncation cuts off what is further back."""
    np.testing.assert_allclose(reach(NET, HALF, XS, TARGETS, Full()), 0.5 ** np.arange(6))
    np.testing.assert_allclose(reach(NET, HALF, XS, TARGETS, Window(2)), [1, 0.5, 0.25, 0, 0, 0])


def weights(model):
    """Of a forecaster that is linear in its values, by lag, by what it says of each of them alone."""
    context = np.zeros((1, model.context))
    predict, beside = model.predictors()[MODEL], np.zeros((model.context + 1, model.context + 1, 0))
    ahead = predict(np.concatenate([context, np.eye(model.context)]), 1, beside)[:, 0]
    return np.abs(ahead[1:] - ahead[0])[::-1]


@pytest.mark.parametrize("which", ["model", "changes", "levels"])
def test_a_linear_forecast_looks_back_by_its_weights(which, request):
    """As the mean of linear parts does, without a network; what it does not look at has none."""
    found = replace(from_stored(read_model(request.getfixturevalue(which))), adds=False)
    views = tuple(view for view in found.views if not view.transformation.logs)
    assert views
    found = replace(found, views=views)
    sizes = influence(found)
    assert sizes.shape == (found.context,)
    np.testing.assert_allclose(sizes, weights(found), rtol=1e-6, atol=1e-8)


def test_a_network_and_logarithms_look_back_too(request):
    """By the slopes of whatever it is; an origin from which no forecast is finite says nothing."""
    for which in ("model", "of_inputs"):
        found = from_stored(read_model(request.getfixturevalue(which)))
        sizes = influence(found)
        assert np.isfinite(sizes).all()
        assert sizes[0] > 0
    large = replace(found, views=tuple(replace(view, linear=view.linear * 1e300) for view in found.views))
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isfinite(influence(large)).all()


@pytest.mark.parametrize("which", ["model", "changes", "of_inputs"])
def test_windows_are_the_held_out_ones(which, request):
    """As each view sees them, with what its linear part leaves of the value after each."""
    found = from_stored(read_model(request.getfixturevalue(which)))
    xs, targets = windows_of(found)
    width = 1 + found.beside.shape[1]
    assert xs.shape == (found.origins, found.length, len(found.views) * width)
    for place, view in enumerate(found.views):
        seen = view.scaling.forward(found.recent)
        own = xs[:, :, place * width : (place + 1) * width]
        np.testing.assert_allclose(own[-1, :, 0], seen[-1 - found.length : -1])
        rows = view.inputs(found.inputs.beside(found.held_out).upto(len(found.recent)))
        np.testing.assert_allclose(own[-1, :, 1:], rows[-found.length :])
        expected = view.expected(own[:, :, 0], own[:, -1, 1:]) + view.left * targets[:, place]
        np.testing.assert_allclose(expected, seen[-len(targets) :])


@pytest.mark.parametrize("size", [1e100, 1e101, 1e200, 1e300])
def test_windows_of_large_numbers_say_nothing(size):
    """Their losses are infinite; where there are no others nothing reaches anything."""
    net = RNN(Vanilla(1, 3), 1)
    params, rng = net.init(np.random.default_rng(0)), np.random.default_rng(1)
    xs, targets = rng.normal(size=(4, 5, 1)), rng.normal(size=(4, 1))
    want = reach(net, params, xs[:2], targets[:2], Full())
    large, beyond = xs.copy(), targets.copy()
    large[2, 1], beyond[3] = 1.01 * size, -1.01 * size
    np.testing.assert_array_equal(reach(net, params, large, beyond, Full()), want)
    assert reach(net, params, xs, np.full((4, 1), 2 * size), Full()).tolist() == [0] * 5
