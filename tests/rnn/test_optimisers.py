"""Schedules, clipping, gradient descent and Adam, against closed forms and plain Python."""

import re
from math import cos, hypot, pi, sqrt

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


def test_gradient_descent_follows_its_schedule():
    """Each update takes the rate of its own place in the run."""
    params, _ = run(SGD(Cosine(1.0)), ONES, ONES, 4)
    rates = [(1 + cos(pi * n / 4)) / 2 for n in range(4)]
    assert entries(params) == pytest.approx([1 - sum(rates)] * 6, rel=1e-14)


def with_momentum(gradients, rate, momentum, nesterov):
    """Where one entry stands after these gradients, from 0, by PyTorch's formula."""
    theta = velocity = 0.0
    for g in gradients:
        velocity = momentum * velocity + g
        theta -= rate * (g + momentum * velocity if nesterov else velocity)
    return theta


def rmsprop(gradients, rate, alpha, epsilon, momentum):
    """The same of RMSprop."""
    theta = square = velocity = 0.0
    for g in gradients:
        square = alpha * square + (1 - alpha) * g**2
        velocity = momentum * velocity + g / (sqrt(square) + epsilon)
        theta -= rate * velocity
    return theta


SEVERAL = st.lists(st.lists(st.floats(-100, 100, width=16), min_size=6, max_size=6), min_size=1, max_size=8)


@given(SEVERAL, st.sampled_from([0.0, 0.5, 0.99]), st.sampled_from([1e-8, 0.1]), st.booleans())
def test_momentum_and_rmsprop_are_their_formulas(gradients, share, epsilon, nesterov):
    """On every entry of every block, after any number of updates, zeros among the gradients."""
    ways = {
        SGD(Constant(0.1), momentum=share, nesterov=nesterov and share > 0): lambda each: with_momentum(
            each, 0.1, share, nesterov and share > 0
        ),
        RMSprop(Constant(0.1), None, 0.9, epsilon, share): lambda each: rmsprop(
            each, 0.1, 0.9, epsilon, share
        ),
        RMSprop(Constant(0.1), None, share, epsilon): lambda each: rmsprop(each, 0.1, share, epsilon, 0),
    }
    for optimiser, formula in ways.items():
        params = pair([0] * 6)
        state = optimiser.start(params)
        for grads in gradients:
            params, state = optimiser.update(params, pair(grads), state)
        expected = [formula([grads[i] for grads in gradients]) for i in range(6)]
        assert entries(params) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def algorithm_1(gradients, rate, beta1, beta2, epsilon):
    """Where one entry stands after these gradients, from 0: the paper's algorithm, line by line."""
    theta = m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        theta -= rate * (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + epsilon)
    return theta


@given(
    st.lists(st.lists(st.floats(-100, 100, width=16), min_size=6, max_size=6), max_size=8),
    st.sampled_from([0.0, 0.5, 0.9]),
    st.sampled_from([0.0, 0.9, 0.999]),
    st.sampled_from([1e-8, 0.1]),
)
def test_adam_is_the_papers_algorithm(gradients, beta1, beta2, epsilon):
    """On every entry of every block, after any number of updates."""
    optimiser = Adam(Constant(0.1), beta1=beta1, beta2=beta2, epsilon=epsilon)
    params = pair([0] * 6)
    state = optimiser.start(params)
    for grads in gradients:
        params, state = optimiser.update(params, pair(grads), state)
    expected = [algorithm_1([grads[i] for grads in gradients], 0.1, beta1, beta2, epsilon) for i in range(6)]
    assert entries(params) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def algorithm_2(gradients, start, rates, weight_decay):
    """Where one entry stands after these gradients: the paper's algorithm, with rates for η_t α."""
    theta, m, v = start, 0.0, 0.0
    for t, (g, rate) in enumerate(zip(gradients, rates, strict=True), start=1):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        theta -= rate * (m / (1 - 0.9**t) / (sqrt(v / (1 - 0.999**t)) + 1e-8) + weight_decay * theta)
    return theta


@given(
    st.lists(st.lists(st.floats(-100, 100, width=16), min_size=6, max_size=6), min_size=1, max_size=8),
    st.lists(st.floats(-10, 10, width=16), min_size=6, max_size=6),
    st.sampled_from([0.0, 0.01, 0.5, 3.0]),
    st.booleans(),
)
def test_adamw_is_the_papers_algorithm_for_weights(gradients, start, weight_decay, falls):
    """On every entry of a matrix; a vector, which is a bias, does not decay. The decay follows the rate."""
    schedule = (Cosine if falls else Constant)(0.1)
    optimiser = AdamW(schedule, weight_decay=weight_decay)
    rates = [schedule.rate_at(done, len(gradients)) for done in range(len(gradients))]
    params = pair(start)
    state = optimiser.start(params, len(gradients))
    for grads in gradients:
        params, state = optimiser.update(params, pair(grads), state)
    expected = [
        algorithm_2([grads[i] for grads in gradients], start[i], rates, weight_decay if i < 4 else 0.0)
        for i in range(6)
    ]
    assert entries(params) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_long_gradient_keeps_its_direction():
    """The norm is over both blocks, and becomes the limit."""
    params, _ = run(SGD(Constant(1.0), ClipNorm(0.5)), pair([0] * 6), GRADS, 1)
    norm = hypot(*entries(GRADS))
    assert hypot(*entries(params)) == pytest.approx(0.5, rel=1e-15)
    assert entries(params) == pytest.approx([-g * 0.5 / norm for g in entries(GRADS)], rel=1e-15)


@pytest.mark.parametrize("clip", [None, ClipNorm(41.0), ClipNorm(5.0 * 2**0.5), ClipValue(40)])
def test_a_gradient_within_the_limit_is_left_alone(clip):
    """To the last bit, at the limit too."""
    grads = pair([3, 4, 0, 0, 3, -4]) if clip == ClipNorm(5.0 * 2**0.5) else GRADS
    params, _ = run(SGD(Constant(1.0), clip), pair([0] * 6), grads, 1)
    assert entries(params) == [-g for g in entries(grads)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_gradient_whose_squares_overflow_is_clipped(dtype):
    """An explosion is what the norm's limit is for: the result is as long as the limit, not zero."""
    grads = pair([3, 0, 0, 0, 0, 4], dtype)
    grads = Pair(*(block * np.sqrt(np.finfo(dtype).max) for block in grads))
    params, _ = run(SGD(Constant(1.0), ClipNorm(5.0)), pair([0] * 6, dtype), grads, 1)
    assert entries(params) == pytest.approx([-3, 0, 0, 0, 0, -4], rel=1e-6)


def test_a_gradient_just_beyond_a_large_limit_is_clipped():
    """Where squares overflow its length is found too: two entries of 1e300 are √2 times as long as one."""
    g, limit = np.full(2, 1e300), 1.2e300
    ClipNorm(limit).into(g)
    np.testing.assert_allclose(g, limit / 2**0.5, rtol=1e-15)
    within = np.full(2, 1e300)
    ClipNorm(1.5e300).into(within)
    assert within.tolist() == [1e300, 1e300]
    # Of half of it in single precision, the limit's share is 2**128, which the type does not hold.
    for limit in (2.0**127, np.nextafter(2.0**127, 0)):
        at = np.array([2.0**127], "f4")
        ClipNorm(limit).into(at)
        assert at.tolist() == [2.0**127]


@pytest.mark.parametrize(("dtype", "power"), [(np.float32, -80), (np.float64, -700), (np.float64, -1000)])
def test_a_gradient_whose_squares_vanish_is_clipped(dtype, power):
    """Its length is none by its squares, and still beyond the limit."""
    g = (np.array([3.0, 0, -4.0]) * 2.0**power).astype(dtype)
    ClipNorm(2.5 * 2.0**power).into(g)
    assert g.tolist() == [1.5 * 2.0**power, 0, -2.0 * 2.0**power]
    ClipNorm(2.5 * 2.0**power).into(g)
    assert g.tolist() == [1.5 * 2.0**power, 0, -2.0 * 2.0**power]
    # Clipped once more to the length that it has, this one would be another in its last bits.
    at = (np.array([7.0, 0, -24.0]) * 2.0**power).astype(dtype)
    ClipNorm(25.0 * 2.0**power).into(at)
    assert at.tolist() == [7.0 * 2.0**power, 0, -24.0 * 2.0**power]
    nothing = np.zeros(3, dtype)
    ClipNorm(1e-300).into(nothing)
    assert nothing.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("make", "clip", "entry"),
    [
        (SGD, ClipNorm(1), np.nan),
        (RMSprop, ClipValue(1), np.inf),
        (Adam, None, -np.inf),
        (AdamW, ClipNorm(1), np.inf),
    ],
    ids=str,
)
def test_clipping_hides_no_overflow(make, clip, entry):
    """A gradient that is not finite has no direction: it is refused by the name of its block."""
    with pytest.raises(ValueError, match=rf"^grads\.M: {entry} at \(0, 1\), needed finite numbers$"):
        run(make(Constant(1.0), clip), ONES, pair([1, entry, 1, 1, 1, 1]), 1)


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


def test_values_are_clipped_entry_by_entry():
    """Only what is beyond the limit is moved, and to the limit."""
    params, _ = run(SGD(Constant(1.0), ClipValue(2)), pair([0] * 6), GRADS, 1)
    assert entries(params) == [-2, 0.5, 0, -2e-3, 2, -1]
