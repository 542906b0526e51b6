"""The training programs: the plain one computes the engine's gradient, the published one none."""

import numpy as np
import pytest

from benchmarks import article_training
from benchmarks.article_training import agree
from benchmarks.programs import plain, published
from benchmarks.timing import Effort
from rnn import ACTIVATIONS, RNN, Vanilla, Window

PLAN = plain.TrainingPlan("tanh", jumps=3, rate=1e-2, clip=10.0, epochs=1)


@pytest.mark.parametrize("activation", plain.FUNCTIONS)
@pytest.mark.parametrize("jumps", [0, 3, 20])
def test_the_plain_loop_computes_the_same_gradient(activation, jumps):
    """At fewer jumps than steps and at more."""
    rng = np.random.default_rng(0)
    net = RNN(Vanilla(2, 4, ACTIVATIONS[activation]), outputs=1)
    params, xs, ys = net.init(rng), rng.standard_normal((3, 7, 2)), rng.standard_normal((3, 1))
    plan = plain.TrainingPlan(activation, jumps, 1e-2, 10.0, 1)
    value, grads = net.loss_and_gradients(params, xs, ys, truncation=Window(jumps))
    assert plain.loss(params, xs, ys, plan) == pytest.approx(value)
    for got, want in zip(plain.gradient(params, xs, ys, plan), grads.params, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)


def test_the_published_structure_moves_u_and_w_whatever_the_target():
    """Its products in the window hold no error: with another target it makes the same U and W."""
    rng = np.random.default_rng(0)
    xs = rng.standard_normal((2, 6, 1))
    found = []
    for target in (1.0, 1e6):
        draws = np.random.default_rng(1)
        weights = published.PublishedWeights(
            *(draws.uniform(0, 1, shape) for shape in ((4, 6), (4, 4), (1, 4)))
        )
        data = xs, np.full((2, 1), target)
        losses = published.train(weights, data, data, epochs=2)
        assert len(losses) == 2
        found.append(weights)
    np.testing.assert_array_equal(found[0].U, found[1].U)
    np.testing.assert_array_equal(found[0].W, found[1].W)


def test_a_program_that_learns_something_else_gets_no_time():
    """While the published structure is timed without a claim to agree."""
    ours = [3.0, 1.0], [2.0, 0.5]
    calls = {"manual": lambda: ours, "plain": lambda: ([3.0, 2.0], [2.0, 0.5]), "published": lambda: None}
    once = Effort(rounds=1, least=1, block=0, budget=0)
    manual, other, published_row = article_training.compete(calls, "article", 1, once)
    assert (manual.agreement, manual.ratio) == (0, 1)
    assert (other.milliseconds, other.ratio) == (None, None)
    assert published_row.milliseconds is not None
    assert published_row.agreement is None


@pytest.mark.parametrize("task", article_training.TASKS)
def test_the_programs_train_alike(monkeypatch, task):
    """Half an epoch's worth of records, on both tasks: the losses of the plain loops are ours."""
    few = article_training.split

    def split(records, train):
        return few(records._replace(xs=records.xs[:12], targets=records.targets[:12]), train=8)

    monkeypatch.setattr(article_training, "split", split)
    monkeypatch.setattr(article_training, "UNITS", 5)
    calls = article_training.programs(task, article_training.TASKS[task], epochs=2)
    ends = {name: call() for name, call in calls.items()}
    assert agree(ends["plain"], ends["manual"]).objection == ""
    assert agree(ends["plain, batch"], ends["manual"]).objection == ""
