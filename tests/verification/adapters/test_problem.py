"""The adapter for a function of a whole problem of any model, and what is misuse."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import lstm
from verification import Gradients, Scope, models
from verification.adapters.problem import CAPABILITIES, parts_of, problem_of, whole
from verification.processes.invalid import InvalidAnswer
from verification.properties.calling import run_case
from verification.truth.lag_table import grouped_table

SCOPE = Scope(
    functions={"gate": ("sigmoid",), "candidate": ("tanh",), "output": ("tanh",)},
    truncations=("Full",),
    records=(1, 3),
    steps=(1, 5),
    sizes={"H": (1, 3), "D": (2,), "K": (1, 4)},
)


def gradients(problem):
    """An LSTM layer under a readout of its own, and ½ r²."""
    V, c = problem.params["V"], problem.params["c"]
    states, _, saved = lstm.forward(problem.params, problem.xs, problem.state)
    outputs = states @ V.T + c
    residuals = outputs - (problem.targets if problem.targets.ndim == 3 else problem.targets[:, None])
    if problem.targets.ndim == 2:
        residuals[:, :-1] = 0
    none = tuple(0 * array for array in problem.state)
    d_params, d_xs, d_state = lstm.backward(saved, residuals @ V, none)
    d_params["V"] = np.einsum("ntk,nth->kh", residuals, states)
    d_params["c"] = residuals.sum(axis=(0, 1))
    value = np.sum(residuals * residuals) / 2
    return Gradients(outputs, value, d_params, d_xs, d_state)


def lstm_case(steps=3, losses="every"):
    """Of sizes that are claimed."""
    return a_case(models.lstm, 2, steps, losses=losses, sizes={"H": 3, "D": 2, "K": 4})


@pytest.mark.parametrize("losses", ["last", "every"])
@pytest.mark.parametrize("steps", [1, 4])
def test_the_answer_meets_the_table(losses, steps):
    """Outputs, the loss's value, and every block, READOUT's among them."""
    case = lstm_case(steps, losses=losses)
    answer, table = run_case(whole(gradients, model=models.lstm, scope=SCOPE), case), grouped_table(case)
    expected = {**table.forward(), **{f"d_{name}": each for name, each in table.expected().items()}}
    assert answer.parts().keys() == expected.keys()
    for name, got in answer.parts().items():
        np.testing.assert_allclose(got, expected[name].truth, rtol=0, atol=expected[name].bound)
        assert expected[name].bound < 1e-12


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (3, "returned a int, needed a Gradients"),
        (SimpleNamespace(outputs=1), "returned a SimpleNamespace, needed a Gradients"),
        (Gradients(None, None, 3, None, ()), "params is a int, needed a dict by name"),
        (Gradients(None, None, {}, None, ()), "state is a tuple of 0, needed a tuple of 2"),
    ],
)
def test_what_has_not_the_form_is_reported(answer, expected):
    case = lstm_case()
    with pytest.raises(InvalidAnswer, match=expected):
        run_case(whole(lambda problem: answer, model=models.lstm, scope=SCOPE), case)


def test_several_inputs_are_given_by_name():
    model = replace(models.scan, blocks=(*models.scan.blocks, *models.vanilla.blocks[3:5]))
    model = replace(model, readout=models.vanilla.readout)
    problem = problem_of(a_case(model, losses="every"))
    assert problem.xs.keys() == {"a", "x"}
    answer = Gradients(1, 2, {"V": 3, "c": 4}, {"a": 5, "x": 6}, (7,))
    assert parts_of(model, answer) == ({"outputs": 1, "value": 2}, {"V": 3, "c": 4, "a": 5, "x": 6, "h0": 7})
    assert CAPABILITIES.readout
