"""The complex step: against derivatives known in closed form, and against autograd under every policy."""

from math import exp, tanh

import numpy as np
import pytest
from hypothesis import given, settings

from rnn import Chunked, Full, Tail, Window
from verification.oracles import autograd, complex_step
from verification.problem import BLOCKS, Problem
from verification.strategies import normal_numbers, problems
from verification.tolerance import WIDER


def one_step(activation, a, dtype=np.float64):
    """One step of one unit whose pre-activation is a, with the loss ½ h²."""
    array = np.array([[a]], dtype)
    zero, one = np.zeros_like(array), np.ones_like(array)
    params = {"U": one, "W": zero, "b": zero[0], "V": one, "c": zero[0]}
    return Problem(activation, params, array[None], zero, zero)


def random_problem(activation, truncation, dtype=np.float64, steps=5, scale=1.0):
    """Two records, inputs, units and outputs, with a loss on every step."""
    rng = np.random.default_rng(0)
    shapes = {"U": (2, 2), "W": (2, 2), "b": (2,), "V": (2, 2), "c": (2,)}
    params = {name: (scale * rng.standard_normal(shape)).astype(dtype) for name, shape in shapes.items()}
    xs, targets, h0 = (rng.standard_normal(shape).astype(dtype) for shape in [(2, steps, 2)] * 2 + [(2, 2)])
    return Problem(activation, params, xs, targets, h0, truncation)


def farthest(got, want):
    """The largest error of any part, relative to the part."""
    pairs = zip(got.named().values(), want.named().values(), strict=True)
    return max(float(np.max(np.abs(g - w)) / np.max(np.abs(w))) for g, w in pairs)


@pytest.mark.parametrize("a", [-30.0, -2.0, -1e-9, 0.0, 1e-300, 0.5, 3.0])
def test_one_step_in_closed_form(a):
    """∂(½ h²)/∂b = f(a) f′(a), to a few roundings of its own size, however small it is."""
    sigmoid = 1 / (1 + exp(-a))
    closed = {"tanh": tanh(a) / np.cosh(a) ** 2, "sigmoid": sigmoid**2 / (1 + exp(a)), "identity": a}
    for activation, want in closed.items():
        assert complex_step.gradients(one_step(activation, a)).b.item() == pytest.approx(want, rel=2e-15)


@pytest.mark.parametrize("activation", complex_step.HOLOMORPHIC)
@pytest.mark.parametrize(
    "truncation",
    [Full(), Window(0), Window(2), Window(9), Chunked(2), Chunked(2, 1), Chunked(2, 4), Tail(2), Tail(0)],
)
def test_every_truncation_agrees_with_autograd(activation, truncation):
    """A state held constant keeps its real part alone, which truncates as stopping its gradient does."""
    problem = random_problem(activation, truncation)
    got, want = complex_step.gradients(problem), autograd.gradients(problem)
    assert [name for name in BLOCKS if got.blocks()[name].dtype != problem.dtype] == []
    reached = {name: np.any(block) for name, block in want.blocks().items()}
    if all(reached.values()):
        assert farthest(got, want) < 1e-13
    assert {name: np.any(block) for name, block in got.blocks().items()} == reached


@settings(max_examples=40)
@given(problems(numbers=normal_numbers(), activations=complex_step.HOLOMORPHIC, most_steps=8))
def test_random_problems_agree_with_autograd(problem):
    """In the wider type both oracles are the same number at the precision of the problem's own."""
    wide = WIDER[problem.dtype]
    got, want = complex_step.gradients(problem, wide), autograd.gradients(problem, wide)
    for name, truth in want.named().items():
        # Beside a chaotic or saturated case, no more than the square root of the wider rounding is lost.
        size = np.max(np.abs(truth))
        assert np.all(np.abs(got.named()[name] - truth) <= np.sqrt(np.finfo(wide).eps) * size)


def test_the_truncation_is_seen():
    """The comparison above can fail: one jump more is another gradient."""
    got = complex_step.gradients(random_problem("tanh", Window(1)))
    assert farthest(got, autograd.gradients(random_problem("tanh", Window(2)))) > 1e-3


def test_a_gradient_that_vanishes_is_kept():
    """Over 150 steps of W = 1/10 the gradient by h_0 is 1e-150 of what it was, to 13 digits."""
    steps = 150
    params = {"U": [[1.0]], "W": [[0.1]], "b": [0.0], "V": [[1.0]], "c": [0.0]}
    arrays = {name: np.array(block) for name, block in params.items()}
    problem = Problem("identity", arrays, np.zeros((1, steps, 1)), np.ones((1, 1)), np.ones((1, 1)))
    assert complex_step.gradients(problem).h0.item() == pytest.approx(-(0.1**steps), rel=1e-13)


@pytest.mark.parametrize("activation", ["relu", "softsign"])
def test_what_is_not_holomorphic_is_refused(activation):
    """relu and softsign have no derivative along iε, and the message says what was given."""
    with pytest.raises(ValueError, match=f"activation: '{activation}', needed one of tanh"):
        complex_step.gradients(one_step(activation, 1.0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_epsilon_squared_is_the_smallest_normal_number(dtype):
    """A power of two, so that dividing by it rounds nothing."""
    epsilon = complex_step.epsilon(np.dtype(dtype))
    assert np.frexp(epsilon)[0] == 0.5
    assert epsilon * epsilon == np.finfo(dtype).tiny
