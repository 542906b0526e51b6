"""Schedules, clipping, gradient descent and Adam, against closed forms and plain Python."""

import re
from functools import partial
from math import hypot, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.common.arrays import FLOATS
from rnn.optimisers import SGD, Adam, AdamW, ClipNorm, ClipValue, Constant, Cosine, RMSprop
from tests.rnn.refusals import Pair


def pair(entries, dtype=np.float64):
    """Six numbers as a 2 by 2 matrix and a vector of 2."""
    array = np.array(entries, dtype=dtype)
    return Pair(array[:4].reshape(2, 2), array[4:])


def entries(blocks):
    """The numbers of a pair, in order."""
    return [float(entry) for block in blocks for entry in block.ravel()]


ONES = pair([1, 1, 1, 1, 1, 1])
GRADS = pair([3, -0.5, 0, 2e-3, -40, 1])

optimisers = pytest.mark.parametrize(
    "optimiser",
    [
        SGD(Constant(0.1)),
        SGD(Constant(np.float64(0.1)), ClipValue(np.float64(0.5))),
        SGD(Cosine(0.1), ClipNorm(np.float64(0.5))),
        SGD(Cosine(0.1), ClipNorm(0.5), momentum=np.float64(0.5)),
        SGD(Constant(0.1), momentum=0.9, nesterov=True),
        RMSprop(Constant(0.1), ClipValue(1e300)),
        RMSprop(Cosine(0.1), ClipNorm(0.5), np.float64(0.5), np.float64(0.1), np.float64(0.5)),
        Adam(Constant(0.1)),
        Adam(Cosine(np.float64(0.1)), ClipNorm(0.5), np.float64(0.9), np.float64(0.99)),
        AdamW(Cosine(0.1), ClipNorm(0.5), weight_decay=np.float64(0.5)),
    ],
)


def run(optimiser, params, grads, updates, state=None):
    """``updates`` updates by the same gradients."""
    state = optimiser.start(params, updates) if state is None else state
    for _ in range(updates):
        params, state = optimiser.update(params, grads, state)
    return params, state


def with_momentum(gradients, theta, rates, momentum, nesterov):
    """Where one entry stands after these gradients, from ``theta``, by PyTorch's formula."""
    velocity = 0.0
    for g, rate in zip(gradients, rates, strict=True):
        velocity = momentum * velocity + g
        theta -= rate * (g + momentum * velocity if nesterov else velocity)
    return theta


def rmsprop(gradients, theta, rates, alpha, epsilon, momentum):
    """The same of RMSprop."""
    square = velocity = 0.0
    for g, rate in zip(gradients, rates, strict=True):
        square = alpha * square + (1 - alpha) * g**2
        velocity = momentum * velocity + g / (sqrt(square) + epsilon)
        theta -= rate * velocity
    return theta


def adam(gradients, theta, rates, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0):
    """The same by the algorithms of Adam's paper and of AdamW's, line by line, with rates for η_t α."""
    m = v = 0.0
    for t, (g, rate) in enumerate(zip(gradients, rates, strict=True), start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        theta -= rate * (m / (1 - beta1**t) / (sqrt(v / (1 - beta2**t)) + epsilon) + weight_decay * theta)
    return theta


def assert_follows(optimiser, start, gradients, formula, of_a_bias=None):
    """Every entry of every block stands where the formula has it; those of a vector by one of their own."""
    params = pair(start)
    state = optimiser.start(params, len(gradients))
    for grads in gradients:
        params, state = optimiser.update(params, pair(grads), state)
    rates = [optimiser.schedule.rate_at(done, len(gradients)) for done in range(len(gradients))]
    formulas = [formula] * 4 + [of_a_bias or formula] * 2
    columns = zip(*gradients, strict=True)
    expected = [f(column, at, rates) for f, column, at in zip(formulas, columns, start, strict=True)]
    assert entries(params) == pytest.approx(expected, rel=1e-9, abs=1e-9)


SEVERAL = st.lists(st.lists(st.floats(-100, 100, width=16), min_size=6, max_size=6), min_size=1, max_size=8)
START = st.lists(st.floats(-10, 10, width=16), min_size=6, max_size=6)
SCHEDULE = st.sampled_from([Constant(0.1), Cosine(0.1)])


@given(
    SEVERAL, START, SCHEDULE, st.sampled_from([0.0, 0.5, 0.99]), st.sampled_from([1e-8, 0.1]), st.booleans()
)
def test_momentum_and_rmsprop_are_their_formulas(gradients, start, schedule, share, epsilon, nesterov):
    """After any number of updates, zeros among the gradients, each at the rate of its place in the run."""
    chosen = {"momentum": share, "nesterov": nesterov and share > 0}
    assert_follows(SGD(schedule, **chosen), start, gradients, partial(with_momentum, **chosen))
    for alpha, momentum in ((0.9, share), (share, 0.0)):
        chosen = {"alpha": alpha, "epsilon": epsilon, "momentum": momentum}
        assert_follows(RMSprop(schedule, **chosen), start, gradients, partial(rmsprop, **chosen))


@given(
    *(SEVERAL, START, SCHEDULE, st.sampled_from([0.0, 0.5, 0.9]), st.sampled_from([0.0, 0.9, 0.999])),
    *(st.sampled_from([1e-8, 0.1]), st.sampled_from([0.0, 0.01, 0.5, 3.0])),
)
def test_adam_and_adamw_are_their_papers_algorithms(
    gradients, start, schedule, beta1, beta2, epsilon, weight_decay
):
    """A vector, which is a bias, does not decay. The decay follows the rate."""
    chosen = {"beta1": beta1, "beta2": beta2, "epsilon": epsilon}
    assert_follows(Adam(schedule, **chosen), start, gradients, partial(adam, **chosen))
    decaying = AdamW(schedule, weight_decay=weight_decay)
    assert_follows(decaying, start, gradients, partial(adam, weight_decay=weight_decay), adam)


def test_a_long_gradient_keeps_its_direction():
    """The norm is over both blocks, and becomes the limit."""
    params, _ = run(SGD(Constant(1.0), ClipNorm(0.5)), pair([0] * 6), GRADS, 1)
    norm = hypot(*entries(GRADS))
    assert hypot(*entries(params)) == pytest.approx(0.5, rel=1e-15)
    assert entries(params) == pytest.approx([-g * 0.5 / norm for g in entries(GRADS)], rel=1e-15)


def scaled(numbers, unit, dtype):
    """So many units each."""
    return (np.array(numbers) * unit).astype(dtype)


def left_alone(limit, g):
    """A row of a gradient within a limit or at it, which keeps every bit."""
    return ClipNorm(limit), g, g.tolist()


@pytest.mark.parametrize(
    ("clip", "given_", "wanted"),
    [
        # Only what is beyond the limit is moved, and to the limit.
        (ClipValue(2), np.array([3, -0.5, 0, 2e-3, -40]), [2, -0.5, 0, 2e-3, -2]),
        (ClipValue(40), np.array([3, -0.5, 0, 2e-3, -40]), [3, -0.5, 0, 2e-3, -40]),
        left_alone(41.0, np.array([3, -0.5, 0, 2e-3, -40, 1])),
        left_alone(5.0 * 2**0.5, np.array([3.0, 4, 0, 0, 3, -4])),
        # An explosion, whose squares overflow, is what the limit is for: it becomes as long, and not zero.
        *(
            (
                ClipNorm(5.0),
                scaled([3, 0, 4], np.finfo(dtype).max ** 0.5, dtype),
                pytest.approx([3, 0, 4], 1e-6),
            )
            for dtype in (np.float32, np.float64)
        ),
        # Two entries of 1e300 are √2 times as long as one.
        (ClipNorm(1.2e300), np.full(2, 1e300), pytest.approx([1.2e300 / 2**0.5] * 2, rel=1e-15)),
        left_alone(1.5e300, np.full(2, 1e300)),
        # Of half of it in single precision, the limit's share is 2**128, which the type does not hold.
        left_alone(2.0**127, np.array([2.0**127], "f4")),
        (ClipNorm(np.nextafter(2.0**127, 0)), np.array([2.0**127], "f4"), [2.0**127]),
        *(
            row
            for dtype, unit in ((np.float32, 2.0**-80), (np.float64, 2.0**-700), (np.float64, 2.0**-1000))
            for row in (
                # Its length is none by its squares, and still beyond the limit.
                (ClipNorm(2.5 * unit), scaled([3, 0, -4], unit, dtype), [1.5 * unit, 0, -2 * unit]),
                left_alone(2.5 * unit, scaled([1.5, 0, -2], unit, dtype)),
                # Clipped to the length that it has, this one would be another in its last bits.
                left_alone(25 * unit, scaled([7, 0, -24], unit, dtype)),
                left_alone(1e-300, scaled([0, 0, 0], unit, dtype)),
            )
        ),
    ],
)
def test_a_vector_is_clipped_to_its_limit(clip, given_, wanted):
    """In place and in its type, however large or small its entries are."""
    g = given_.copy()
    clip.into(g)
    assert g.tolist() == wanted


@pytest.mark.parametrize(
    ("optimiser", "params", "grads", "message"),
    [
        (SGD(Constant(1e300)), ONES, pair([1e200] * 6), "params.M: -inf at (0, 0), needed finite numbers; "),
        (SGD(Constant(1)), pair([1.7e308] * 6), pair([-1e308] * 6), "params.M: inf at (0, 0), needed finite"),
        (Adam(Constant(0.1)), ONES, pair([1, 1, 1, 1, 1e200, 1]), "state.moments[1]: inf at (4,), needed"),
        (Adam(Constant(1e308)), pair([-1.7e308] * 6), ONES, "params.M: -inf at (0, 0), needed"),
    ],
)
def test_an_update_that_overflows_is_reported(optimiser, params, grads, message):
    """By the name of what is not finite: the mean of squares is, which would let an entry stand still."""
    state = optimiser.start(params)
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match=f"^{re.escape(message)}"):
        optimiser.update(params, grads, state)


@pytest.mark.parametrize(
    ("make", "rate", "error", "message"),
    [
        (SGD, None, TypeError, "None, needed a number"),
        (RMSprop, np.ones(2), TypeError, "array([1., 1.]), needed a number"),
        (Adam, float("nan"), ValueError, "nan, needed a finite number"),
        (AdamW, 10**400, ValueError, "1000"),
    ],
)
def test_a_schedule_gives_a_finite_number(make, rate, error, message):
    """At the start and at every update, or the message names the schedule and the update."""

    class Odd:
        def rate_at(self, done, updates):
            return rate if done == self.odd else 0.1

    schedule = Odd()
    optimiser = make(schedule)
    for schedule.odd, call in [
        (0, lambda: optimiser.start(ONES, 5)),
        (1, lambda: run(optimiser, ONES, ONES, 2)),
    ]:
        name = f"{make.__name__}.schedule.rate_at({schedule.odd}, "
        with pytest.raises(error, match=f"^{re.escape(name)}(5|2)\\): {re.escape(message)}"):
            call()


@optimisers
def test_nothing_given_is_written_to(optimiser):
    """Read-only parameters, gradients and state will do, and hold the same numbers afterwards."""
    params, grads = ONES, GRADS
    state = optimiser.start(params, 3)
    for _ in range(3):
        given_arrays = (*params, *grads, *state.moments)
        before = [array.copy() for array in given_arrays]
        for array in given_arrays:
            array.setflags(write=False)
        params, state = optimiser.update(params, grads, state)
        for array, copy in zip(given_arrays, before, strict=True):
            np.testing.assert_array_equal(array, copy)
            assert not any(np.shares_memory(array, new) for new in (*params, *state.moments))


@optimisers
@pytest.mark.parametrize("dtype", FLOATS)
def test_class_shape_and_dtype_are_kept(optimiser, dtype):
    """The result is the same NamedTuple of the same arrays, whatever type a rate is given in."""
    params, state = run(optimiser, pair([1] * 6, dtype), pair([0.5] * 6, dtype), 2)
    assert type(params) is Pair
    assert [block.shape for block in params] == [(2, 2), (2,)]
    assert {array.dtype for array in (*params, *state.moments)} == {dtype}


@optimisers
def test_a_run_goes_on_from_its_state(optimiser):
    """Two and then three updates are five: all that a run is lies in its parameters and its state."""
    state = optimiser.start(ONES, 5)
    params, state = run(optimiser, ONES, GRADS, 2, state)
    params, state = run(optimiser, params, GRADS, 3, state)
    assert entries(params) == entries(run(optimiser, ONES, GRADS, 5)[0])
    assert (state.done, state.total) == (5, 5)


def test_the_decay_is_not_clipped():
    """It is no part of the gradient."""
    clipped, plain = AdamW(Constant(0.1), ClipNorm(1e-3)), Adam(Constant(0.1), ClipNorm(1e-3))
    moved = entries(run(clipped, ONES, GRADS, 1)[0])
    kept = entries(run(plain, ONES, GRADS, 1)[0])
    assert [kept[i] - moved[i] for i in range(6)] == pytest.approx([1e-3] * 4 + [0] * 2, abs=1e-15)


def test_a_weight_decays_in_its_place():
    """Whatever blocks stand before it."""
    blocks = (ONES.M, ONES.v, 3 * ONES.M)
    new, _ = run(AdamW(Constant(0.5), weight_decay=0.5), blocks, tuple(map(np.zeros_like, blocks)), 1)
    assert entries(new) == [0.75] * 4 + [1] * 2 + [2.25] * 4
