"""Embedded problems compute the same, and show an engine's own lag table, down to parts that have decayed."""

import numpy as np
import pytest

from rnn import Chunked, Full, Tail, Window
from rnn.activations import ACTIVATIONS
from verification.embedding import LOUD, aloud, embed, read, shown
from verification.engine import manual
from verification.problem import BLOCKS, Gradients, Problem
from verification.properties import LAG_BLOCKS, PROPERTIES, findings
from verification.tolerance import WIDER
from verification.trial import Trial, Truth

POLICIES = (
    Full(),
    Window(0),
    Window(2),
    Window(9),
    Chunked(2),
    Chunked(2, 3),
    Chunked(3, 2),
    Chunked(2, 0),
    Tail(0),
    Tail(2),
    Tail(9),
)


def a_problem(activation="tanh", every_step=True, truncation=Full(), dtype=np.float64, T=4, decay=None):
    """A problem of normal numbers; with ``decay``, W lets about that share through each step."""
    rng = np.random.default_rng(0)
    shapes = {"U": (3, 2), "W": (3, 3), "b": (3,), "V": (2, 3), "c": (2,)}
    params = {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}
    if decay is not None:
        params["W"] = (decay * np.linalg.qr(params["W"])[0]).astype(dtype)
    targets = rng.standard_normal((2, T, 2) if every_step else (2, 2)).astype(dtype)
    xs, h0 = rng.standard_normal((2, T, 2)).astype(dtype), rng.standard_normal((2, 3)).astype(dtype)
    return Problem(activation, params, xs, targets, h0, truncation)


def plain(carry=lambda dh, lag: dh):
    """An engine of plain loops for tanh, each loss by itself; ``carry`` may change what goes to a lag."""

    def engine(problem):
        p, T, xs = problem.params, problem.steps, problem.xs
        hs = [problem.h0]
        for t in range(T):
            hs.append(np.tanh(xs[:, t] @ p["U"].T + hs[t] @ p["W"].T + p["b"]))
        outputs = np.stack([h @ p["V"].T + p["c"] for h in hs[1:]], axis=1)
        grads = {name: np.zeros_like(problem.arrays()[name]) for name in BLOCKS}
        value = 0.0
        for target, t in zip(problem.targets_by_step, range(problem.first_loss, T), strict=True):
            residual = outputs[:, t] - target
            value += np.sum(residual**2) / 2
            grads["V"] += residual.T @ hs[t + 1]
            grads["c"] += residual.sum(axis=0)
            dh, first = residual @ p["V"], problem.truncation.first(t, T)
            for s in range(t, first - 1, -1):
                da = dh * (1 - hs[s + 1] ** 2)
                grads["U"] += da.T @ xs[:, s]
                grads["W"] += da.T @ hs[s]
                grads["b"] += da.sum(axis=0)
                grads["xs"][:, s] += da @ p["U"]
                dh = carry(da @ p["W"], t - s + 1)
            if first == 0:
                grads["h0"] += dh
        return Gradients(outputs, np.asarray(value, problem.dtype), **grads)

    return engine


def observed(engine, problem):
    """The engine's own lag table: for each loss the parts of every block."""
    larger, outputs = embed(problem), Truth(problem).table.outputs[0]
    if problem.targets.ndim == 2:
        return [read(problem, engine(larger), None)]
    quiet = engine(larger)
    return [
        read(problem, engine(aloud(larger, outputs, loss)), quiet)
        for loss in range(len(problem.targets_by_step))
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_larger_problem_computes_the_same(activation, dtype):
    """Outputs, loss and the gradients of what it has in common with the problem stay, to rounding."""
    problem = a_problem(activation, truncation=Chunked(2, 3), dtype=dtype)
    larger = embed(problem)
    assert larger.dtype == dtype
    small, large = manual(problem), manual(larger)
    tolerance = {"rtol": 1e-5, "atol": 1e-5} if dtype == np.float32 else {"rtol": 1e-12, "atol": 1e-13}
    np.testing.assert_allclose(large.outputs, small.outputs, **tolerance)
    np.testing.assert_allclose(large.value, small.value, **tolerance)
    for name, block in small.blocks().items():
        own = large.blocks()[name][tuple(slice(size) for size in block.shape)]
        np.testing.assert_allclose(own, block, **tolerance)


def test_the_problem_itself_is_left_alone():
    """Embedding copies; the truncation, the targets and the readout's bias are shared or the same."""
    problem = a_problem(truncation=Window(1))
    before = {name: array.copy() for name, array in problem.arrays().items()}
    larger = embed(problem)
    assert larger.truncation == Window(1)
    np.testing.assert_array_equal(larger.targets, problem.targets)
    for name, array in problem.arrays().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_probe_unit_is_on_for_one_step(activation):
    """In the larger problem unit s shows ``shown`` in h_s alone, and nothing before or after."""
    problem = a_problem(activation)
    larger, units, T = embed(problem), 3, problem.steps
    # The readout is changed to show the probe units themselves.
    V = np.zeros((T, units + T))
    V[:, units:] = np.eye(T)
    telling = larger.replaced(V=V, c=np.zeros(T), targets=np.zeros((2, T, T)))
    seen = manual(telling).outputs
    want = shown(problem) * np.eye(T, k=1)[:T]
    np.testing.assert_array_equal(seen, np.broadcast_to(want, seen.shape))
    np.testing.assert_array_equal(larger.h0[:, units:], shown(problem) * np.eye(T)[[0, 0]])


@pytest.mark.parametrize(
    ("activation", "value"),
    [("tanh", np.tanh(1)), ("sigmoid", 0.5), ("relu", 1), ("softsign", 0.5), ("identity", 1)],
)
def test_what_a_unit_shows_that_is_on(activation, value):
    """f(1), or the sigmoid's f(0)."""
    assert shown(a_problem(activation)) == value


@pytest.mark.parametrize("loss", [0, 2, 3])
def test_aloud_makes_one_residual_larger(loss):
    """That loss's residual is LOUD times as large, and every other target is the same to the bit."""
    problem = a_problem()
    outputs = Truth(problem).table.outputs[0]
    louder = aloud(problem, outputs, loss)
    others = [t for t in range(4) if t != loss]
    np.testing.assert_array_equal(louder.targets[:, others], problem.targets[:, others])
    ratio = (outputs - louder.targets)[:, loss] / (outputs - problem.targets)[:, loss]
    np.testing.assert_allclose(ratio, LOUD, rtol=1e-14)
    assert louder.dtype == problem.dtype


@pytest.mark.parametrize("truncation", POLICIES, ids=repr)
@pytest.mark.parametrize("every_step", [True, False])
def test_the_observed_table_is_the_true_one(every_step, truncation):
    """Under every truncation the engine's G[t, s] is the oracle's under the mask, entry by entry."""
    problem = a_problem("tanh", every_step, truncation)
    compare_tables(problem)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_can_be_observed(activation):
    """The same, once for each activation."""
    compare_tables(a_problem(activation, truncation=Chunked(2, 3)))


def compare_tables(problem):
    """What is read off rnn's answers against the lag table, within 1e-10 of each loss's parts."""
    truth = Truth(problem)
    for loss, parts in enumerate(observed(manual, problem)):
        assert set(parts) == set(LAG_BLOCKS)
        for name, got in parts.items():
            want, _, _ = truth.table.at(loss, "b" if name == "W" else name)
            reach = truth.reach[loss]
            if name == "W":
                want = want * shown(problem)
            if name in ("V", "c", "h0"):
                got = got[None]
                reach = reach[:1] if name == "h0" else np.ones(1, bool)
            masked = want * reach.reshape(-1, *[1] * (want.ndim - 1))
            assert got.shape == masked.shape
            assert got.dtype == WIDER[problem.dtype]
            np.testing.assert_allclose(got, masked, rtol=1e-10, atol=1e-12)


def refuted(engine, problem, name):
    """What a property says of the engine where it refutes it."""
    check = next(check for check in PROPERTIES if check.name == name)
    return [str(f.wrong) for f in findings(Trial(engine, Truth(problem)), check) if f.wrong is not None]


def slightly_off_at(lag):
    """The plain engine, a millionth off in what it carries to one lag, and right again after it."""
    factors = {lag: 1 + 1e-6, lag + 1: 1 / (1 + 1e-6)}
    return plain(lambda dh, at: dh * factors.get(at, 1))


@pytest.mark.parametrize("every_step", [True, False])
def test_a_millionth_of_a_part_that_has_decayed_is_caught(every_step):
    """Where a lag's part is 1e-12 of its block an error of 1e-6 is caught lag by lag, and by no sum."""
    problem = a_problem("tanh", every_step, T=11, decay=0.04)
    parts, _, _ = Truth(problem).table.at(len(problem.targets_by_step) - 1, "U")
    shares = np.abs(parts).reshape(11, -1).max(axis=1) / np.abs(parts).max()
    s = max(s for s in range(11) if shares[s] <= 1e-12)
    assert s > 0
    assert shares[s] > 1e-14

    sums = ("lags", "autograd", "records add up", "identities")
    for name in (*sums, "lag by lag"):
        assert refuted(plain(), problem, name) == []
    wrong = slightly_off_at(10 - s)
    for name in sums:
        assert refuted(wrong, problem, name) == []
    told = refuted(wrong, problem, "lag by lag")
    for name in ("U", "W", "b", "xs", "a"):
        assert any(message.startswith(f"{name} of the loss at step 10 from step {s}[") for message in told)


def test_only_the_lag_of_the_fault_is_accused():
    """Every other lag is right, so all that is told is about the step of the planted one."""
    told = refuted(slightly_off_at(3), a_problem("tanh", every_step=False, T=6, decay=0.3), "lag by lag")
    assert told
    assert all("from step 2[" in message for message in told)
