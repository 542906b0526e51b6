"""The lag table: by hand, against the first oracle under every truncation, and its perturbed draws."""

import numpy as np
import pytest

from rnn import Chunked, Full, Tail, Window
from verification.oracles import autograd
from verification.oracles.lags import lag_table, untied
from verification.problem import BLOCKS, Problem
from verification.reference.activations import ACTIVATIONS
from verification.tolerance import DRAWS, PERTURBATION, WIDER, least_normal, unit

POLICIES = (
    Full(),
    Window(0),
    Window(2),
    Window(9),
    Chunked(2),
    Chunked(2, 3),
    Chunked(3, 2),
    Chunked(9),
    Chunked(2, 0),
    Tail(0),
    Tail(2),
    Tail(9),
)


def random_problem(activation="tanh", every_step=True, truncation=Full(), dtype=np.float64, T=5):
    """A problem of normal numbers with two records, and three units."""
    rng = np.random.default_rng(0)
    shapes = {"U": (3, 2), "W": (3, 3), "b": (3,), "V": (2, 3), "c": (2,)}
    params = {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}
    targets = rng.standard_normal((2, T, 2) if every_step else (2, 2)).astype(dtype)
    xs, h0 = rng.standard_normal((2, T, 2)).astype(dtype), rng.standard_normal((2, 3)).astype(dtype)
    return Problem(activation, params, xs, targets, h0, truncation)


def one_unit(activation="identity", dtype=np.float64, xs=(1, 2), targets=((10, 30),), **numbers):
    """One record, one unit; unless told otherwise h = 1, 6, 23; o = 13, 47; residuals 3, 17."""
    numbers = {"U": 2, "W": 3, "b": 1, "V": 2, "c": 1, "h0": 1} | numbers
    shapes = {"U": (1, 1), "W": (1, 1), "b": (1,), "V": (1, 1), "c": (1,)}
    params = {name: np.full(shape, numbers[name], dtype) for name, shape in shapes.items()}
    every_step = np.array(targets, dtype)[..., None]
    return Problem(
        activation,
        params,
        np.array(xs, dtype).reshape(1, -1, 1),
        every_step if every_step.shape[1] > 1 else every_step[:, -1],
        np.full((1, 1), numbers["h0"], dtype),
    )


def test_the_table_by_hand():
    """∂ℓ_t/∂a_s is 6 at (0, 0), 34 at (1, 1) and 34 · 3 at (1, 0); the other blocks follow from it."""
    truth = {name: array[0].squeeze().tolist() for name, array in lag_table(one_unit()).grads.items()}
    assert truth == {
        "a": [[6, 0], [102, 34]],
        "U": [[6, 0], [102, 68]],
        "W": [[6, 0], [102, 204]],
        "b": [[6, 0], [102, 34]],
        "xs": [[12, 0], [204, 68]],
        "V": [18, 391],
        "c": [3, 17],
        "h0": [18, 306],
    }


def test_the_forward_by_hand():
    """Outputs 13 and 47, and a loss of ½ (3² + 17²)."""
    table = lag_table(one_unit())
    assert table.outputs[0].squeeze().tolist() == [13, 47]
    assert table.values[0].tolist() == [4.5, 144.5]
    forward = table.forward()
    assert forward["outputs"].truth.tolist() == [[[13], [47]]]
    assert forward["value"].truth == 149


@pytest.mark.parametrize("truncation", POLICIES, ids=repr)
@pytest.mark.parametrize("every_step", [True, False])
def test_masked_sums_are_the_truncated_gradient(every_step, truncation):
    """Under every truncation each block is autograd's of the stopped and replayed graph, to rounding."""
    problem = random_problem("sigmoid", every_step, truncation)
    replayed = autograd.gradients(problem, WIDER[problem.dtype]).blocks()
    for name, expected in lag_table(problem).expected(*problem.policy).items():
        assert expected.truth.dtype == WIDER[problem.dtype]
        np.testing.assert_allclose(expected.truth, replayed[name], rtol=1e-15, atol=1e-16)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_has_a_table(activation):
    """The same, once for each activation."""
    problem = random_problem(activation, truncation=Chunked(2, 3))
    replayed = autograd.gradients(problem, WIDER[problem.dtype]).blocks()
    for name, expected in lag_table(problem).expected(*problem.policy).items():
        np.testing.assert_allclose(expected.truth, replayed[name], rtol=1e-15, atol=1e-16)


def test_no_step_feels_a_loss_before_it():
    """Above the diagonal the table is exactly zero, in every draw; on and below it is not."""
    for name in ("U", "W", "b", "xs", "a"):
        grads = lag_table(random_problem()).grads[name]
        size = np.abs(grads).reshape(*grads.shape[:3], -1).max(axis=3)
        for of_draw in size:
            np.testing.assert_array_equal(of_draw > 0, np.tri(5, dtype=bool))


def test_losses_on_the_last_step_are_one_row():
    """With targets (N, K) the table has one loss, which is the last row of the table with T of them."""
    every = random_problem()
    last = every.replaced(targets=every.targets[:, -1])
    one, all_ = lag_table(last), lag_table(every)
    for name, grads in one.grads.items():
        assert grads.shape[1] == 1
        np.testing.assert_array_equal(grads[0, 0], all_.grads[name][0, -1])


def test_at_is_a_row_of_the_table():
    """One loss's parts sum to its gradient, each with a bound of its own."""
    problem = random_problem()
    table = lag_table(problem)
    alone = problem.replaced(xs=problem.xs[:, :3], targets=problem.targets[:, 2])
    gradient = autograd.gradients(alone, WIDER[problem.dtype]).blocks()
    for name in BLOCKS:
        parts, bound = table.at(2, name)
        assert len(parts) == (1 if name in ("V", "c", "h0") else 5)
        assert bound.shape == parts.shape[:1]
        whole = parts[:3].swapaxes(0, 1) if name == "xs" else parts.sum(axis=0)
        np.testing.assert_allclose(whole, gradient[name], rtol=1e-15, atol=1e-17)
        assert np.all(bound[:3] > 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_only_the_later_draws_are_perturbed(dtype):
    """Draw 0 is the problem as it is; in each other the numbers are off, by at most 2u of themselves."""
    problem = random_problem(dtype=dtype)
    copies, wide = untied(problem), WIDER[np.dtype(dtype)]
    steps = {"xs": problem.xs.swapaxes(0, 1)}
    for name, leaf in copies.leaves.items():
        if name == "a":
            assert not np.any(leaf)
            continue
        array = problem.arrays()[name].astype(wide)
        given = steps.get(name, [array] * problem.steps) if isinstance(leaf, list) else [array]
        for of_step, own in zip(leaf if isinstance(leaf, list) else [leaf], given, strict=True):
            assert of_step.shape == (1 + DRAWS, problem.steps, *own.shape)
            assert of_step.dtype == wide
            np.testing.assert_array_equal(of_step[0], np.broadcast_to(own, of_step.shape[1:]))
            off = np.abs(of_step[1:] - own) / np.abs(own)
            assert 0 < off.max() <= PERTURBATION * unit(problem.dtype) * (1 + 1e-6)
            assert np.all(off.reshape(DRAWS, -1).max(axis=1) > 0)
    for shift in copies.shifts:
        assert not shift[0].any()
        assert np.all(np.abs(shift[1:]) <= PERTURBATION * unit(problem.dtype))
        assert shift[1:].any()


def test_each_step_is_perturbed_by_itself_and_each_loss_alike():
    """Two steps of one draw have weights of their own; two losses of one draw see the same network."""
    W = untied(random_problem()).leaves["W"]
    assert not np.array_equal(W[0][1], W[1][1])
    assert not np.array_equal(W[0][1], W[0][2])
    for of_step in W:
        np.testing.assert_array_equal(of_step, np.broadcast_to(of_step[:, :1], of_step.shape))


def test_draws_change_no_value_by_their_shifts():
    """Shifted slopes leave the forward as it is: draw 0's outputs are those of the first oracle."""
    problem = random_problem()
    want = autograd.gradients(problem, WIDER[problem.dtype])
    table = lag_table(problem)
    np.testing.assert_allclose(table.outputs[0], want.outputs, rtol=1e-17)
    np.testing.assert_allclose(table.values[0].sum(), want.value, rtol=1e-17)


def test_the_table_is_the_same_every_time():
    """The draws come from a fixed seed, so what is accepted does not change between runs."""
    first, second = lag_table(random_problem()), lag_table(random_problem())
    for name in first.grads:
        np.testing.assert_array_equal(first.grads[name], second.grads[name])


def test_terms_do_not_cancel():
    """Where two records cancel, the gradient is 0 and the sum of its terms' absolute values is not."""
    problem = one_unit("identity", b=0, c=0, h0=0)
    twice = problem.replaced(
        xs=np.concatenate((problem.xs, -problem.xs)),
        targets=np.concatenate((problem.targets, -problem.targets)),
        h0=np.zeros((2, 1)),
    )
    one, two = (lag_table(p).expected("Full", ()) for p in (problem, twice))
    assert one["b"].size > 0
    assert two["b"].size == 0
    assert two["b"].terms == 2 * one["b"].terms > 0


def test_terms_of_positive_numbers_are_the_gradient():
    """Where nothing is negative, Σ |terms| of a block's last sum is the block itself."""
    table = lag_table(one_unit())
    for name, grads in table.grads.items():
        np.testing.assert_array_equal(table.terms[name], grads[0] + least_normal(np.dtype(np.float64)))
    assert table.output_terms.squeeze().tolist() == [13, 47]


def test_what_the_type_would_lose_may_be_missing_from_there_back():
    """float32 and W = 1e-20: two jumps back the cotangent is 1e-40, which may be all that is missing."""
    problem = one_unit(dtype=np.float32, xs=(1, 1, 1, 1), targets=((9, 9, 9, 9),), W=1e-20)
    table = lag_table(problem)
    lost = table.lost["a"][..., 0, 0]
    np.testing.assert_array_equal(
        lost > 0, [[False] * 4, [False] * 4, [True, *[False] * 3], [True, True, False, False]]
    )
    # Of the earlier one, what is lost there, and as much again that may be missing on its way.
    np.testing.assert_allclose(lost[3, :2] / np.abs(table.grads["a"][0, 3, :2, 0, 0]), [2, 1], rtol=1e-6)
    every = lag_table(problem.replaced(**doubled(problem))).lost
    assert not any(part.any() for part in every.values())


def test_what_was_lost_once_may_grow_again():
    """A tanh at 45 has a slope of 3e-39, which a weight of 1e10 makes healthy again, but not right."""
    problem = one_unit("tanh", np.float32, xs=(0, 45), targets=((9, 9),), U=1, b=0, h0=0, W=1e10)
    table = lag_table(problem)
    part = np.abs(table.grads["a"][0, 1, 0]).max()
    assert part > 1e-30
    assert table.lost["a"][1, 0].max() >= part
    assert table.lost["a"][0].max() == 0


def test_what_arrives_at_the_initial_state_may_be_lost_there():
    """The last product of all can be the one that falls too low."""
    table = lag_table(one_unit(dtype=np.float32, xs=(1, 1), targets=((9, 9),), W=1e-32))
    assert table.lost["a"][0].max() == 0
    assert table.lost["h0"][0].max() == np.abs(table.grads["h0"][0, 0]).max()


def doubled(problem):
    """Every array in float64."""
    return {name: array.astype(np.float64) for name, array in problem.arrays().items()}


def test_an_exact_zero_is_not_lost():
    """W = 0 lets nothing through, which every type holds."""
    every = lag_table(one_unit(dtype=np.float32, W=0)).lost
    assert not any(part.any() for part in every.values())


@pytest.mark.parametrize(
    ("activation", "b", "kinked"),
    [("relu", -5.0, True), ("relu", -5 + 1e-15, True), ("relu", -4.0, False), ("identity", -5.0, False)],
)
def test_a_relu_on_its_kink_has_no_slope(activation, b, kinked):
    """a_0 = 2 + 3 + b is 0, or nearer to 0 than rounding can tell; other activations have no kink."""
    assert lag_table(one_unit(activation, b=b)).kinked is kinked


@pytest.mark.parametrize(("W", "finite"), [(1e4, True), (1e10, False)])
def test_an_overflow_of_the_problems_own_type_is_not_finite(W, finite):
    """float32 cannot hold the 1e40 that a weight of 1e10 makes of its loss, and holds that of 1e4."""
    assert lag_table(one_unit(dtype=np.float32, W=W, xs=(1, 1))).finite == finite


def test_an_overflow_of_the_wider_type_is_not_finite():
    """Where the truth itself overflows nothing is raised, and the table says so."""
    problem = one_unit(W=1e300, xs=(1,) * 40, targets=((1,) * 40,))
    assert not lag_table(problem).finite
