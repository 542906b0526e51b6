"""Dicts that an engine is given are its caller's."""

import re

import pytest

from tests.cases import a_case
from tests.layers import lstm, scan, steps
from verification import Scope, layer, manual, models, scoped, step
from verification.adapters.lent import Lent
from verification.processes.invalid import InvalidAnswer

CHANGES = {
    "nothing": (lambda given: None, ""),
    "the same": (lambda given: given.update(W=given["W"]), ""),
    "one less": (lambda given: given.pop("W"), "forward takes 'W' out of params, a dict of its caller's"),
    "one more": (lambda given: given.update(V=1), "forward puts 'V' into params, a dict of its caller's"),
    "another": (
        lambda given: given.update(W=[1]),
        "forward puts another array in the place of params['W']",
    ),
}


@pytest.mark.parametrize(("change", "says"), CHANGES.values(), ids=CHANGES)
def test_a_dict_holds_the_same_arrays_by_the_same_names(change, says):
    """The very arrays; what is no dict is left out."""
    given = {"U": [0], "W": [1]}
    lent = Lent(params=given, xs=[1, 2])
    change(given)
    if not says:
        lent.check("forward")
        return
    with pytest.raises(InvalidAnswer, match=re.escape(says)):
        lent.check("forward")


def of_layer(spoil):
    """An LSTM whose forward and backward have the dict."""

    def forward(params, xs, state):
        found = lstm.forward(dict(params), xs, state)
        spoil("forward", params)
        return *found[:2], (found[2], params)

    def backward(saved, d_outputs, d_state):
        spoil("backward", saved[1])
        return lstm.backward(saved[0], d_outputs, d_state)

    return layer(forward, backward, model=models.lstm)


def of_inputs(spoil):
    """A layer of several inputs."""

    def forward(params, xs, state):
        found = scan.forward(params, dict(xs), state)
        spoil("forward", xs)
        return found

    return layer(forward, scan.backward, model=models.scan)


def of_step(spoil):
    """A step of several inputs."""

    def forward(params, x, state):
        found = steps.scan(params, dict(x), state)
        spoil("step", x)
        return found

    return step(forward, steps.scan_back, model=models.scan)


def of_problem(spoil):
    """A whole problem."""

    def engine(problem):
        answer = manual(problem)
        spoil("the function", problem.params)
        return answer

    return scoped(engine, Scope())


@pytest.mark.parametrize(
    ("made", "where", "losses"),
    [
        (of_layer, "forward", "cotangents"),
        (of_layer, "backward", "cotangents"),
        (of_inputs, "forward", "cotangents"),
        (of_step, "step", "cotangents"),
        (of_problem, "the function", "every"),
    ],
    ids=lambda each: getattr(each, "__name__", each),
)
def test_every_adapter_lends_its_dicts(made, where, losses):
    """And asks for them after each of the user's functions."""

    def answer(spoil):
        engine = made(spoil)
        return engine.answer(a_case(engine.model, losses=losses))

    answer(lambda place, given: None)
    with pytest.raises(InvalidAnswer, match=f"^{where} takes '"):
        answer(lambda place, given: given.popitem() if place == where else None)
