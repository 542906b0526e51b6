"""Diagnosis: faults planted in a plain backward are found, with their place."""

import itertools
import os
from dataclasses import dataclass, replace

import numpy as np
import pytest

from rnn import Full, Window
from verification import timeout
from verification.diagnosis import diagnose, known_as
from verification.engine import manual
from verification.mutants import known
from verification.patients import patients
from verification.problem import Gradients, Problem, Unsupported

# Each activation, and its slope from its value.
F = {
    "tanh": (np.tanh, lambda y: 1 - y * y),
    "sigmoid": (lambda a: 1 / (1 + np.exp(-a)), lambda y: y * (1 - y)),
    "relu": (lambda a: a * (a > 0), lambda y: 1.0 * (y > 0)),
    "softsign": (lambda a: a / (1 + abs(a)), lambda y: (1 - abs(y)) ** 2),
    "identity": (lambda a: a, lambda y: y * 0 + 1),
}


@dataclass(frozen=True)
class Plain:
    """One loss at a time, one step at a time; each field is a line that a fault can replace."""

    carry: object = staticmethod(lambda W, da: da @ W)
    weight: object = staticmethod(lambda da, h_prev, lag: da.T @ h_prev)
    bias: object = staticmethod(lambda da: da.sum(axis=0))
    first: object = staticmethod(lambda policy, t, steps: policy.first(t, steps))
    readout: object = staticmethod(lambda do, h: do.T @ h)
    outputs: object = staticmethod(lambda h, V, c: h @ V.T + c)

    def __call__(self, problem: Problem) -> Gradients:
        """The answer to a problem."""
        U, W, b, V, c = (problem.params[name] for name in ("U", "W", "b", "V", "c"))
        f, slope = F[problem.activation]
        xs, hs = problem.xs.swapaxes(0, 1), [problem.h0]
        for x in xs:
            hs.append(f(x @ U.T + hs[-1] @ W.T + b))
        outputs = np.stack([self.outputs(h, V, c) for h in hs[1:]], axis=1)
        grads = {name: np.zeros_like(array) for name, array in problem.arrays().items()}
        del grads["targets"]
        value = 0
        for target, t in zip(problem.targets_by_step, range(problem.first_loss, problem.steps), strict=True):
            do = outputs[:, t] - target
            value += np.sum(do * do) / 2
            grads["V"] += self.readout(do, hs[t + 1])
            grads["c"] += do.sum(axis=0)
            dh = do @ V
            first = self.first(problem.truncation, t, problem.steps)
            for s in range(t, first - 1, -1):
                da = dh * slope(hs[s + 1])
                grads["U"] += da.T @ xs[s]
                grads["W"] += self.weight(da, hs[s], t - s)
                grads["b"] += self.bias(da)
                grads["xs"][:, s] += da @ U
                dh = self.carry(W, da)
            if first == 0:
                grads["h0"] += dh
        return Gradients(outputs=outputs, value=np.asarray(value, problem.dtype), **grads)


RIGHT = Plain()
TRANSPOSED = replace(RIGHT, carry=lambda W, da: da @ W.T)


@pytest.mark.parametrize("engine", [manual, RIGHT], ids=["manual", "plain"])
def test_a_right_engine_is_not_accused(engine):
    """No patient shows a fault of the engine, nor of the plain loop in this file."""
    found = diagnose(engine)
    assert found.stage is None
    assert str(found) == "No patient shows a fault."


@pytest.mark.parametrize(
    ("engine", "stage", "blocks", "said"),
    [
        (TRANSPOSED, "recursion", "U W b xs h0", "wrong at every lag ≥ 1, right at lag 0"),
        (replace(RIGHT, weight=lambda da, h, lag: (1 + 1e-6 * (lag == 2)) * da.T @ h), "accumulation", "W",
         "wrong at lag 2, right at lags 0, 1, 3 to 5"),
        (replace(RIGHT, bias=lambda da: da.mean(axis=0)), "accumulation", "b", "b is wrong at every lag"),
        (replace(RIGHT, readout=lambda do, h: 2 * do.T @ h), "readout", "V", "V is wrong for every loss"),
        (replace(RIGHT, outputs=lambda h, V, c: h @ V.T), "forward", "", "outputs and value wrong"),
        (replace(RIGHT, first=lambda policy, t, steps: max(0, policy.first(t, steps) - 1)), "truncation",
         "U W b xs h0", "not zero, beyond the truncation, at lag 3, right at lags 0 to 2"),
    ],
    ids=["transposed", "one lag", "mean", "readout", "forward", "window + 1"],
)  # fmt: skip
def test_a_fault_is_placed(engine, stage, blocks, said):
    """Stage, blocks and lags of a planted fault, and the sentence that says so."""
    found = diagnose(engine)
    assert (found.stage, found.blocks) == (stage, tuple(blocks.split()))
    assert said in str(found)


def test_it_says_what_the_fault_is_like():
    """Of the known faults, those with the same gradients are named, and no others."""
    known = [
        known_as("W stood for Wᵀ", TRANSPOSED),
        known_as("the bias were a mean", replace(RIGHT, bias=lambda da: da.mean(0))),
    ]
    assert diagnose(TRANSPOSED, known).as_if == ("W stood for Wᵀ",)
    assert str(diagnose(TRANSPOSED, known)).endswith("as if W stood for Wᵀ")


@pytest.mark.parametrize(
    ("engine", "name"),
    [
        (TRANSPOSED, "carry through W, not its transpose"),
        (replace(RIGHT, carry=lambda W, da: 0 * da @ W), "carry always zero"),
        (replace(RIGHT, carry=lambda W, da: da * W.diagonal()), "carry entry by entry"),
        (replace(RIGHT, first=lambda p, t, T: max(0, p.first(t, T) - isinstance(p, Window))),
         "window of k + 1 jumps"),
    ],
    ids=["transposed", "no carry", "diagonal", "window + 1"],
)  # fmt: skip
def test_the_catalogue_names_somebody_elses_fault(engine, name):
    """Another program with the fault of a mutant is told to be like that mutant, and like no other."""
    assert diagnose(engine, known()).as_if == (name,)


def test_an_invalid_answer_is_said():
    """An engine that raises is reported with what it raised."""

    def broken(problem):
        raise RuntimeError("no backward")

    assert str(diagnose(broken)) == "The engine does not answer in form: raised RuntimeError: no backward"


def never(problem):
    """Does not return."""
    while True:
        pass


@pytest.mark.parametrize(
    ("engine", "how"),
    [
        (never, "did not return within 0.5 s"),
        (lambda problem: sum(itertools.repeat(0)), "did not return within 1.5 s, nor hear an alarm"),
        (lambda problem: os._exit(3), "ended its process with exit code 3"),
    ],
    ids=["never returns", "hears no alarm", "ends its process"],
)
def test_an_engine_that_does_not_come_back_is_said(monkeypatch, engine, how):
    """It stops no one but itself."""
    # A busy machine may deliver an alarm late, but not by a second.
    monkeypatch.setattr(timeout, "ANSWER", 0.5)
    found = diagnose(engine)
    assert str(found) == f"The engine does not answer in form: {how}"
    assert found.problem.truncation == Full()


def test_what_an_engine_does_not_do_shows_nothing():
    """Its faults show on the other patients; a known one that does not do them is not like it."""

    def only(engine, last):
        def asked(problem):
            if (problem.targets.ndim == 2) is not last:
                raise Unsupported("losses elsewhere")
            return engine(problem)

        return asked

    found = diagnose(only(TRANSPOSED, last=True), [known_as("the other half", only(TRANSPOSED, last=False))])
    assert (found.stage, found.as_if) == ("recursion", ())
    assert found.problem.targets.ndim == 2
    assert diagnose(only(manual, last=True)).stage is None


def test_a_fault_that_only_a_problem_shows_is_found_on_it():
    """A problem given as well is a patient too."""
    odd = patients()[0].problem.replaced(h0=np.zeros_like(patients()[0].problem.h0))

    def only_at_zero(problem):
        answer = manual(problem)
        return answer if problem.h0.any() else replace(answer, b=2 * answer.b)

    assert diagnose(only_at_zero).stage is None
    assert diagnose(only_at_zero, also=[odd]).blocks == ("b",)
