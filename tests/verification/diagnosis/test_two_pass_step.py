"""A step that is taken twice."""

import numpy as np

from tests.cases import a_case
from verification import models
from verification.diagnosis.two_pass_step import roles_of_calls, slope_of, twice
from verification.truth import replay


def test_each_call_has_its_role():
    """In the order in which a step makes them."""
    assert roles_of_calls(a_case(models.vanilla)) == ["activation"]
    assert set(roles_of_calls(a_case(models.lstm))) == {"gate", "candidate", "output"}


def test_the_second_time_its_slopes_are_those_of_the_first():
    """So what is taken off again leaves the value and no derivative, and what is added counts twice."""
    case = a_case(models.gru)

    def other(step, p, x, state):
        made = step.noted(p, x, state)
        flow = step.again(p, x, state, slope_of)
        return step.less(step.sum(made, flow), flow)

    right, got = replay.gradient(case), replay.gradient(twice(case, other))
    for name, want in right.items():
        np.testing.assert_allclose(got[name].astype(float), want.astype(float), 1e-12, 1e-15)
