"""Unfolded problems compute the same, and show an engine's own lag table, down to parts that have decayed."""

import numpy as np
import pytest

from rnn import Chunked, Full, Tail, Window
from rnn.activations import ACTIVATIONS
from verification.engine import manual
from verification.problem import BLOCKS, Gradients, Problem
from verification.properties import PROPERTIES, findings
from verification.tolerance import WIDER
from verification.trial import Trial, Truth
from verification.unfolding import LAG_BLOCKS, LOUDEST, observe, unfold

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


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_set_of_units_holds_a_state(activation):
    """Set s holds h_s after s steps, by the reference and by the engine; the readout sees the loss's set."""
    problem = a_problem(activation, truncation=Chunked(2, 3))
    unfolded = unfold(Truth(problem))
    states = np.stack([problem.h0] + [unfolded.states[s, :, 3 * (s + 1) : 3 * (s + 2)] for s in range(4)])
    want = manual(problem).outputs
    outputs = states[1:].swapaxes(0, 1) @ problem.params["V"].T + problem.params["c"]
    np.testing.assert_allclose(outputs.astype(float), want, rtol=1e-12)
    for loss in range(4):
        seen = manual(unfolded.silent(loss)).outputs[:, loss]
        np.testing.assert_allclose(seen, want[:, loss], rtol=1e-12)


def test_the_problem_itself_is_left_alone():
    """Unfolding copies; the truncation, the type and the readout's bias are the problem's."""
    problem = a_problem(truncation=Window(1), dtype=np.float32)
    before = {name: array.copy() for name, array in problem.arrays().items()}
    unfolded = unfold(Truth(problem))
    louder = unfolded.aloud(unfolded.silent(1), 1)
    assert louder.truncation == Window(1)
    assert louder.dtype == np.float32
    for name, array in problem.arrays().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("every_step", [True, False])
@pytest.mark.parametrize("loss", [0, 2, 3])
def test_all_losses_are_silent_but_one(every_step, loss):
    """Residuals are roundings, but that of the loss aloud, which is a power of two times the problem's."""
    loss = loss if every_step else 0
    problem = a_problem(every_step=every_step)
    unfolded = unfold(Truth(problem))
    silent = unfolded.silent(loss)
    quiet, louder = manual(silent), unfolded.aloud(silent, loss)
    at = slice(None) if every_step else -1
    assert np.max(np.abs(quiet.outputs[:, at] - silent.targets)) < 1e-14
    others = [t for t in range(4) if t != loss] if every_step else []
    np.testing.assert_array_equal(louder.targets[:, others], silent.targets[:, others])
    t = loss if every_step else 3
    own = manual(problem).outputs[:, t] - problem.targets_by_step[loss]
    loud = quiet.outputs[:, t] - (louder.targets[:, t] if every_step else louder.targets)
    assert unfolded.loudness == LOUDEST[problem.dtype]
    np.testing.assert_allclose(loud / 2.0**unfolded.loudness, own, rtol=1e-12)


def test_a_loss_is_made_no_louder_than_there_is_room_for():
    """Large weights take the room of the loudness, down to none."""
    loudness = []
    for V in (1, 1e10, 1e15):
        large = a_problem("identity", dtype=np.float32)
        loudness.append(unfold(Truth(large.replaced(V=large.params["V"] * np.float32(V)))).loudness)
    assert loudness[0] == 40
    assert 0 < loudness[1] < 40
    assert loudness[2] == 0


def test_a_set_that_is_not_in_use_may_overflow():
    """From h0 the states grow a step later than from 0, where the other sets start: nothing is observed."""
    one = np.ones((1, 1), np.float32)
    params = {"U": one, "W": one * 1e20, "b": -one[0], "V": one, "c": one[0]}
    problem = Problem("identity", params, np.ones((1, 3, 1), np.float32), one, 0 * one, Full())
    unfolded = unfold(Truth(problem))
    assert unfolded.fits
    delayed = problem.replaced(h0=one * 1e-20, b=-2 * one[0] + np.float32(1e-20))
    unfolded = unfold(Truth(delayed))
    assert not unfolded.fits
    assert observe(Trial(manual, unfolded.truth), unfolded, 0) == {}


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
    unfolded = unfold(truth)
    for loss in range(len(truth.reach)):
        observed = observe(Trial(manual, truth), unfolded, loss)
        assert set(observed) == set(LAG_BLOCKS)
        for name, parts in observed.items():
            due, _ = truth.table.at(loss, name)
            reach = np.ones(1, bool) if name in ("V", "c") else truth.reach[loss][: len(due)]
            want = due * reach.reshape(-1, *[1] * (due.ndim - 1))
            np.testing.assert_array_equal(parts.want, want)
            assert parts.got.shape == want.shape
            assert parts.got.dtype == WIDER[problem.dtype]
            np.testing.assert_allclose(parts.got, want, rtol=1e-10, atol=1e-12)
            assert np.all(parts.bound < 1e-10)


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
    parts, _ = Truth(problem).table.at(len(problem.targets_by_step) - 1, "U")
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


def test_an_engine_cannot_widen_its_bound():
    """Whatever it answers where all is silent, the bound stays near the roundings of the largest part."""
    truth = Truth(a_problem())

    def loud(problem):
        answer = manual(problem)
        return Gradients(
            answer.outputs, answer.value, **{n: block + 1e300 for n, block in answer.blocks().items()}
        )

    parts = observe(Trial(loud, truth), unfold(truth), 3)
    honest = observe(Trial(manual, truth), unfold(truth), 3)
    for name in LAG_BLOCKS:
        largest = np.max(np.abs(parts[name].due))
        assert np.all(parts[name].bound <= honest[name].bound + 1e-14 * largest)
