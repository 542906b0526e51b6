"""docs/verification.md's promises of any engine are kept at every adapter for NumPy."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import strategies as st

from rnn import LSTM, RNN
from tests.layers import scan, steps
from tests.promises import PROMISES, SHORT, changes, held, is_alone
from verification import Gradients, Scope, function, layer, manual, models, scoped, step, verify
from verification.judging import shrinking
from verification.judging.model_subject import OfModel
from verification.judging.plan import Plan
from verification.judging.run import CaseBlock
from verification.processes import timeout

SMALL = Scope(records=(1, 3), steps=(1, 4))


@pytest.fixture(autouse=True)
def drawn_alone(monkeypatch):
    """Runs of drawn cases alone, which show no whole scope: what is promised is promised of every case.

    Smaller ones are not searched for long.
    """
    monkeypatch.setattr(shrinking, "SECONDS", 0.3)
    monkeypatch.setattr(OfModel, "samples", lambda subject, profile: ())
    monkeypatch.setattr(OfModel, "opening", lambda subject, samples: ())
    monkeypatch.setattr(
        OfModel,
        "blocks",
        lambda subject, samples, profile, seed, pace: Plan(subject.engine).drawn(profile, seed),
    )


def of_layer(conduct):
    """A scan."""

    def backward(saved, d_outputs, d_state):
        found = scan.backward(saved, d_outputs, d_state)
        conduct((d_outputs, *d_state))
        return found

    return layer(scan.forward, backward, model=models.scan, scope=SMALL)


def of_step(conduct):
    """One step of a scan."""

    def backward(saved, d_state):
        found = steps.scan_back(saved, d_state)
        conduct(d_state)
        return found

    return step(steps.scan, backward, model=models.scan, scope=SMALL)


def of_problem(conduct):
    """The vanilla cell of ``rnn``; it has no cotangents, so it is the targets that are its to read."""

    def engine(problem):
        found = manual(problem)
        conduct((problem.targets,))
        return found

    return scoped(engine, SMALL)


def of_model_problem(conduct):
    """The LSTM of ``rnn`` by its own loss."""

    def engine(problem):
        cell = LSTM(problem.xs.shape[2], problem.state[0].shape[1])
        net = RNN(cell, outputs=problem.targets.shape[-1])
        params, data = cell.params(**problem.params), (problem.xs, problem.targets, problem.state)
        value, grads = net.loss_and_gradients(params, *data)
        outputs = net.predict(params, problem.xs, problem.state)
        conduct((problem.targets,))
        return Gradients(outputs, value, grads.params._asdict(), grads.xs, grads.state)

    functions = {"gate": ("sigmoid",), "candidate": ("tanh",), "output": ("tanh",)}
    scope = replace(SMALL, truncations=("Full",), functions=functions)
    return scoped(engine, scope, model=models.lstm)


def of_function(conduct):
    """A square."""

    def backward(x, d):
        found = 2 * x * d
        conduct((d,))
        return found

    numbers = st.integers(0, 99).map(lambda n: (np.random.default_rng(n).standard_normal((2, 3)),))
    return function(lambda x: (x * x, x), backward, numbers)


ADAPTERS = {
    "layer": of_layer,
    "step": of_step,
    "problem": of_problem,
    "problem of a model": of_model_problem,
    "function": of_function,
}


@pytest.mark.slow
@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
def test_a_promise_is_kept_at_every_adapter(adapter, promise, monkeypatch):
    """The verdict, what is said, and this process as it was."""
    if promise.slow:
        monkeypatch.setattr(timeout, "ANSWER", 0.5)
        monkeypatch.setattr(timeout, "LARGE_ANSWER", 0.5)
    held(adapter, promise)


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
def test_nothing_of_the_verifier_is_where_an_engine_runs(adapter):
    """Whichever adapter it has."""
    is_alone(adapter)


def nothing(arrays):
    """A good conduct."""


def refuted(adapter, conduct):
    """Is an engine refuted by a few drawn cases, in this process?"""
    subject = adapter(conduct).subject(None, None)
    tallies = [subject.tally(case) for case in subject.cases(CaseBlock(6, "a few"))]
    assert not any(tally.declined for tally in tallies)
    return any(tally.is_refuted for tally in tallies)


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
def test_a_few_cases_tell_right_from_wrong(adapter):
    """So that it is the conduct that each of them is refuted by."""
    assert not refuted(adapter, nothing)
    assert refuted(adapter, changes)


def test_a_forward_that_hangs_is_refuted(monkeypatch):
    """Of a function: what it is judged by is the user's as well, and is called to draw cotangents."""
    monkeypatch.setattr(timeout, "ANSWER", 0.3)

    def forward(x):
        time.sleep(100)
        return x, x

    numbers = st.just((np.ones(3),))
    found = verify(function(forward, lambda x, d: d, numbers), SHORT)
    assert found.verdict == "refuted", found
