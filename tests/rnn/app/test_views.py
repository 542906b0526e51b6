"""How a network sees a series: a linear part that least squares find, and records of what it leaves."""

import numpy as np
import pytest

from rnn.app.preparing import Cut, Scaling, learn_scaling
from rnn.app.transformation import Transformation
from rnn.app.views import Form, View, alone, parts, view_of

LEVELS, CHANGES = Transformation(), Transformation(lags=(1,))
NOISE = np.random.default_rng(0).normal(size=60)


def test_a_linear_recursion_is_found():
    """x_t = 1 + ½ x_t−1 − ¼ x_t−2, to rounding; what that leaves is not scaled up."""
    values = [0.0, 1.0]
    for _ in range(30):
        values.append(1 + values[-1] / 2 - values[-2] / 4)
    view = view_of(Form(LEVELS, 2), np.array(values))
    np.testing.assert_allclose(view.linear[1:], [-0.25, 0.5], atol=1e-8)
    assert view.left == 1
    ahead = view.scaling.back(view.expected(view.scaling.forward(np.array([[1.0, 2.0]])))[np.newaxis], None)
    np.testing.assert_allclose(ahead, [[1 + 1 - 0.25]])


@pytest.mark.parametrize("order", [0, 1, 5])
def test_what_is_left_is_in_units_of_its_spread(order):
    """Of the values that were learnt from; of an order of 0 only the mean is expected."""
    view = view_of(Form(CHANGES, order), NOISE)
    assert (view.transformation, view.order) == (CHANGES, order)
    seen = view.scaling.forward(NOISE)
    windows = np.lib.stride_tricks.sliding_window_view(seen, order + 1)
    left = windows[:, -1] - view.expected(windows[:, :-1])
    assert left.std() == pytest.approx(view.left)


@pytest.mark.parametrize("transformation", [LEVELS, CHANGES])
def test_no_record_looks_beyond_its_part(transformation):
    """The targets to learn from are the first values, those that choose the next, and none judges."""
    values, at = np.arange(40.0) ** 2, Cut(25, 32, 40)
    view = alone(Scaling(0.0, 1.0, transformation))
    learn, choose = parts(values, view, 4, at, every=False)
    seen, before = transformation.forward(values), transformation.before
    assert learn.targets[:, 0].tolist() == seen[4 : 25 - before].tolist()
    assert choose.targets[:, 0].tolist() == seen[25 - before : 32 - before].tolist()
    assert choose.xs[0, :, 0].tolist() == seen[21 - before : 25 - before].tolist()


@pytest.mark.parametrize("order", [0, 1, 3, 4])
def test_targets_are_what_the_linear_part_leaves(order):
    """Of the step after a window, and with ``every`` of each step after one of it, where that is known."""
    at = Cut(40, 50, 60)
    view = View(learn_scaling(NOISE[:40], LEVELS), np.linspace(0.1, 0.5, order + 1), 2.0)
    seen = view.scaling.forward(NOISE)
    last, every = (parts(NOISE, view, 4, at, each) for each in (False, True))
    for place, part in enumerate(last):
        expected = view.expected(part.xs[:, :, 0])
        first = (4, 40)[place]
        truth = seen[first : first + len(expected)]
        np.testing.assert_allclose(part.targets[:, 0], (truth - expected) / 2)
    for one, other in zip(last, every, strict=True):
        assert other.targets.shape == other.xs.shape
        np.testing.assert_array_equal(other.targets[:, -1], one.targets[len(one.xs) - len(other.xs) :])
        np.testing.assert_array_equal(other.targets[1:, :-1], other.targets[:-1, 1:])
    assert len(last[0].xs) - len(every[0].xs) == max(0, order - 1)


@pytest.mark.parametrize("lags", [(), (1,)])
def test_weights_of_inputs_are_found(lags):
    """x_t = 1 + ½ x_t−1 + 2 z_t, in any of its differences; a view without inputs has no weight for them."""
    rows = np.random.default_rng(1).normal(3, 5, size=(60, 2))
    values = [0.0]
    for row in rows[1:]:
        values.append(1 + values[-1] / 2 + 2 * row[0])
    values, form = np.array(values), Form(Transformation(lags=lags), 1, True)
    view = view_of(form, values, rows)
    assert view.takes_inputs
    seen = view.inputs(rows)
    np.testing.assert_allclose([seen.mean(axis=0), seen.std(axis=0)], [[0, 0], [1, 1]], atol=1e-9)
    np.testing.assert_allclose(view.linear[1:], [0.5], atol=1e-9)
    np.testing.assert_allclose(view.beside[0] / view.beside[2] * view.scaling.scale, [2, 0], atol=1e-9)
    without = view_of(Form(form.transformation, 1), values, rows)
    assert not without.takes_inputs
    np.testing.assert_array_equal(without.beside[1:], view.beside[1:])
    np.testing.assert_array_equal(without.linear, view_of(Form(form.transformation, 1), values).linear)


def test_a_cycle_that_differences_take_away_is_nothing():
    """What is left of it is rounding, which is not scaled up."""
    angles = 2 * np.pi * np.arange(60.0) / 12
    view = alone(Scaling(0.0, 1.0, Transformation(lags=(12,))), np.stack([np.sin(angles), angles], axis=1))
    assert view.beside[2].tolist() == [1, 1]
    assert view.inputs(np.sin(angles)[:, np.newaxis].repeat(2, axis=1)).shape == (48, 2)


@pytest.mark.parametrize("every", [False, True])
def test_a_record_has_the_inputs_of_the_next_step(every):
    """Beside each step of a window: those of the target stand beside the last."""
    values, at = np.arange(40.0) ** 2, Cut(25, 32, 40)
    rows = np.stack([np.arange(40.0), -np.arange(40.0)], axis=1)
    view = View(Scaling(0.0, 1.0, CHANGES), np.zeros(1), 1.0, np.array([[3.0, 0], [0, 0], [1, 1]]))
    learn, choose = parts(values, view, 4, at, every, np.cumsum(rows, axis=0))
    assert learn.xs.shape == (20, 4, 3)
    assert learn.xs[0].tolist() == [[1, 2, -2], [3, 3, -3], [5, 4, -4], [7, 5, -5]]
    assert choose.xs[0, -1].tolist() == [values[24] - values[23], 25, -25]
    target = learn.targets[0, -1, 0] if every else learn.targets[0, 0]
    assert target == 9 - 3 * 5
