"""The first oracle, against an example worked by hand and against central differences."""

import numpy as np
import pytest

from rnn import Chunked, Full, Tail, Window
from verification.oracles import autograd
from verification.problem import BLOCKS, Problem

LOOP = {
    "tanh": np.tanh,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "relu": lambda a: a * (a > 0),
    "softsign": lambda a: a / (1 + np.abs(a)),
    "identity": lambda a: a,
}


def random_problem(activation="tanh", every_step=True, seed=0, N=2, T=4, D=2, H=3, K=2):
    """A problem of normal numbers."""
    rng = np.random.default_rng(seed)
    shapes = {"U": (H, D), "W": (H, H), "b": (H,), "V": (K, H), "c": (K,)}
    params = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    targets = rng.standard_normal((N, T, K) if every_step else (N, K))
    return Problem(activation, params, rng.standard_normal((N, T, D)), targets, rng.standard_normal((N, H)))


def by_hand(truncation, last_only=False):
    """One record, one unit, two steps, the identity: h = 1, 6, 23; o = 13, 47; residuals 3, 17."""
    params = {"U": [[2.0]], "W": [[3.0]], "b": [1.0], "V": [[2.0]], "c": [1.0]}
    targets = [[30.0]] if last_only else [[[10.0], [30.0]]]
    return Problem(
        "identity",
        {name: np.array(array) for name, array in params.items()},
        np.array([[[1.0], [2.0]]]),
        np.array(targets),
        np.array([[1.0]]),
        truncation,
    )


# U, W, b, V, c, xs_0, xs_1, h0. The cotangents of a at (t, s): 6 at (0, 0), 34 at (1, 1), 102 at (1, 0).
# U takes them times x = 1, 2; W times h = 1, 6; xs times U = 2; h0 times W = 3. V is 3 · 6 + 17 · 23.
ANSWERS = {
    Full(): [6 + 68 + 102, 6 + 204 + 102, 142, 409, 20, 216, 68, 324],
    Window(1): [176, 312, 142, 409, 20, 216, 68, 324],
    Chunked(2): [176, 312, 142, 409, 20, 216, 68, 324],
    Tail(2): [176, 312, 142, 409, 20, 216, 68, 324],
    # Each loss its own step; the second has left h0 behind.
    Window(0): [6 + 68, 6 + 204, 6 + 34, 409, 20, 12, 68, 18],
    Chunked(1): [74, 210, 40, 409, 20, 12, 68, 18],
    # The last step alone, which the first loss does not see.
    Tail(1): [68, 204, 34, 409, 20, 0, 68, 0],
    Chunked(2, 1): [68, 204, 34, 409, 20, 0, 68, 0],
    Tail(0): [0, 0, 0, 409, 20, 0, 0, 0],
}


@pytest.mark.parametrize("truncation", ANSWERS, ids=repr)
def test_the_example_worked_by_hand(truncation):
    """Every block of the gradient is the integer that a hand computes, under every kind of truncation."""
    answer = autograd.gradients(by_hand(truncation))
    assert (
        np.concatenate([block.ravel() for block in answer.blocks().values()]).tolist() == ANSWERS[truncation]
    )
    assert answer.outputs.tolist() == [[[13], [47]]]
    assert answer.value == (3**2 + 17**2) / 2


def test_a_loss_on_the_last_step_alone():
    """By hand again: without the first loss V and c lose its part, and every output is still told."""
    answer = autograd.gradients(by_hand(Window(0), last_only=True))
    assert (answer.value, answer.c.tolist(), answer.V.tolist()) == (17**2 / 2, [17], [[17 * 23]])
    assert (answer.W.tolist(), answer.h0.tolist()) == ([[204]], [[0]])
    assert answer.outputs.tolist() == [[[13], [47]]]


def loss_of(problem):
    """The untruncated loss by a plain loop."""
    p, h = problem.params, problem.h0
    f, loss = LOOP[problem.activation], 0.0
    for t in range(problem.steps):
        h = f(problem.xs[:, t] @ p["U"].T + h @ p["W"].T + p["b"])
        if t >= problem.first_loss:
            target = problem.targets_by_step[t - problem.first_loss]
            loss += np.sum((h @ p["V"].T + p["c"] - target) ** 2) / 2
    return loss


@pytest.mark.parametrize("every_step", [True, False])
@pytest.mark.parametrize("activation", LOOP)
def test_central_differences(activation, every_step):
    """Without truncation every entry is the slope of the loss, and the loss is that of a plain loop."""
    problem = random_problem(activation, every_step)
    answer = autograd.gradients(problem)
    np.testing.assert_allclose(answer.value, loss_of(problem), rtol=1e-13)
    d = 1e-5
    for name in BLOCKS:
        slopes = np.empty_like(problem.arrays()[name])
        for index in np.ndindex(slopes.shape):
            around = []
            for step in (d, -d):
                array = problem.arrays()[name].copy()
                array[index] += step
                around.append(loss_of(problem.replaced(**{name: array})))
            slopes[index] = (around[0] - around[1]) / (2 * d)
        np.testing.assert_allclose(answer.blocks()[name], slopes, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.float64, np.longdouble])
@pytest.mark.parametrize("activation", LOOP)
def test_it_computes_in_the_type_that_it_is_told(activation, dtype):
    """A float32 problem in a wider type: every part of the answer is of it, and not rounded on the way."""
    problem = random_problem(activation)
    narrow = problem.replaced(**{name: array.astype(np.float32) for name, array in problem.arrays().items()})
    wide = problem.replaced(**{name: array.astype(dtype) for name, array in narrow.arrays().items()})
    told, own = autograd.gradients(narrow, dtype), autograd.gradients(wide)
    for name, part in told.named().items():
        assert np.asarray(part).dtype == dtype
        np.testing.assert_array_equal(part, own.named()[name])


def test_it_leaves_the_problem_as_it_is():
    """No array of the problem is written to."""
    problem = random_problem()
    before = {name: array.copy() for name, array in problem.arrays().items()}
    autograd.gradients(problem)
    for name, array in problem.arrays().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_saturated_tanh_has_no_slope():
    """Where 1 / cosh² overflows the gradient is 0, which is right, and no error."""
    problem = random_problem()
    answer = autograd.gradients(problem.replaced(b=np.full(3, 1000.0)))
    assert not answer.W.any()
    assert answer.V.any()
