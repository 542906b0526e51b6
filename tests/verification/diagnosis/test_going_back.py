"""Going back through steps: as it is, it gives the gradient of the case."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case, assert_alike
from verification import Use, models
from verification.diagnosis.going_back import Steps, by_autograd
from verification.models.truncation import Standard
from verification.truth import replay

TRUNCATIONS = (Standard("Window", (0,)), Standard("Window", (1,)), Standard("Chunked", (2, 3)))


def cases_of(model):
    """Of outputs and final states, and of targets where there is a readout."""
    losses = ("cotangents", *(("every", "last") if model.of(Use.READOUT) else ()))
    return [a_case(model, losses=each) for each in losses]


def assert_the_gradient_of(case):
    assert_alike(Steps.of(case).gradient(), replay.gradient(case), 1e-15, 1e-12)


@pytest.mark.parametrize("model", models.SHIPPED, ids=lambda model: model.name)
def test_with_nothing_otherwise_the_gradient_is_the_case_s(model):
    """Of every block."""
    for case in cases_of(model):
        assert_the_gradient_of(case)


@pytest.mark.parametrize("model", models.SHIPPED, ids=lambda model: model.name)
def test_the_last_step_s_inputs_take_one_step_back(model):
    """The last that has a loss, which may be another than the sequence's."""
    whole = a_case(model)
    outputs = whole.objective.outputs.copy()
    outputs[:, -1:] = 0
    none = tuple(0 * array for array in whole.objective.state)
    for case in (
        *cases_of(model),
        replace(whole, objective=replace(whole.objective, outputs=outputs, state=none)),
    ):
        last, made = Steps.of(case).to_last_inputs(by_autograd)
        assert last == case.losses[-1]
        gradient = replay.gradient(case)
        assert_alike(made, {name: gradient[name][:, last] for name in case.inputs}, 1e-15, 1e-12)


@pytest.mark.parametrize("truncation", TRUNCATIONS, ids=str)
def test_a_truncation_is_gone_back_through_as_it_says(truncation):
    """Of a loss that reaches no step the readout alone has a gradient."""
    for case in (*cases_of(models.vanilla), *cases_of(models.gated_linear_attention)):
        assert_the_gradient_of(replace(case, truncation=truncation))


def test_what_is_put_out_flows_to_the_states_after_a_step_or_to_those_before_it():
    """A scan puts its state out as it is; an SRU and RWKV-6 read the state before a step as well."""
    found = {}

    def noted(at, flows):
        found[at.step] = at.put_out()
        return flows

    for model, sides in ((models.scan, ()), (models.mlstm, ("after",)), (models.rwkv6, ("before",))):
        Steps.of(a_case(model)).gradient(carry=noted)
        before, after = found[1]
        reached = {"before": before[model.of(Use.STATE)[0].name], "after": after[model.of(Use.STATE)[0].name]}
        assert tuple(side for side, flow in reached.items() if np.any(flow)) == sides
