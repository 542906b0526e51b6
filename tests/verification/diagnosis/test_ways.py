"""Ways: a step that is gone back through otherwise is reported by the operation and what it does there.

Most are told of faults in tests/layers/faults.
"""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import gru, layer_with, lstm, scan, vanilla
from verification import Block, Model, Use, models
from verification.diagnosis.as_if import explained
from verification.diagnosis.going_back import Steps
from verification.diagnosis.probe import healthy_case, look
from verification.properties.truth import Truth
from verification.truth.observed import value_of

IN_U, IN_W = "d_U += da.T @ xs[:, t]", "d_W += da.T @ states[t]"

# What is said, and of which layer: the line, and what stands there instead.
OTHERWISE = {
    "xs of the step before stood for that of each step": (
        *(models.vanilla, vanilla, IN_U, "d_U += da.T @ xs[:, max(t - 1, 0)]"),
    ),
    "xs of step 0 stood for that of every step": (
        *(models.vanilla, vanilla, IN_U, "d_U += da.T @ xs[:, 0]"),
    ),
    "xs of the last step stood for that of every step": (
        *(models.vanilla, vanilla, IN_U, "d_U += da.T @ xs[:, -1]"),
    ),
    "the state of h0 of the step before stood for that of each step": (
        *(models.vanilla, vanilla, IN_W, "d_W += da.T @ states[max(t - 1, 0)]"),
    ),
    "the state of h0 of the step before stood for that of the last step": (
        *(models.vanilla, vanilla, IN_W, "d_W += da.T @ states[min(t, max(xs.shape[1] - 2, 0))]"),
    ),
    "a of step 0 stood for that of every step": (
        *(models.scan, scan, "dh = dh * a[:, t].conj()", "dh = dh * a[:, 0].conj()"),
    ),
    "a factor itself stood for the other one of its product": (
        *(models.lstm, lstm, "d_g = dc * i * (1 - g * g)", "d_g = dc * g * (1 - g * g)"),
    ),
    "what flows back to U, W, b, xs and h0 from the sigmoid were 0.7 times as much": (
        *(models.lstm, lstm, "d_o = dh * s * o * (1 - o)", "d_o = 0.7 * dh * s * o * (1 - o)"),
    ),
    "what flows back to h0 from the product with a sigmoid were counted twice": (
        *(models.gru, gru, "dh = dw @ W + dh * z", "dh = dw @ W + 2 * dh * z"),
    ),
}


@pytest.mark.parametrize(("words", "planted"), OTHERWISE.items(), ids=OTHERWISE)
def test_what_is_otherwise_on_one_way_is_reported(words, planted):
    """With the longest case."""
    engine = layer_with(*planted)
    assert explained(look(engine, Truth(healthy_case(engine)))) == words


def test_what_is_otherwise_by_two_numbers_is_not():
    """A factor of each unit's own."""
    planted = models.lstm, lstm, "d_o = dh * s * o * (1 - o)", "d_o = dh * s * o * (1 - o) * i"
    engine = layer_with(*planted)
    assert explained(look(engine, Truth(healthy_case(engine)))) is None


def test_a_step_of_several_forms_has_no_ways():
    """As by a branch that numbers decide."""

    def step(f, p, x, h):
        return x + h if value_of(x).sum() > 0 else x * h

    blocks = (Block("x", ("H",), Use.INPUT), Block("h0", ("H",), Use.STATE))
    case = a_case(Model("branches", blocks, step))
    signs = np.array([1.0, -1.0, 1.0])[:, None]
    case = replace(case, blocks={**case.blocks, "x": abs(case.blocks["x"]) * signs})
    assert not Steps.of(case).alike
