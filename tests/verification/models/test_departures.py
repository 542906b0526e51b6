"""Departures: declared, they are a part of the model."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np

from tests.cases import a_case
from verification.models import lstm, vanilla
from verification.models.departures import departed
from verification.models.functions import Function
from verification.truth import replay

# The value of tanh, and 1 as its slope: a straight-through estimator.
STRAIGHT = Function("straight", anp.tanh, slope=lambda a: 0 * a + 1)


def test_a_declared_slope_is_what_the_gradient_is_made_of():
    """The identity's gradient at other residuals: dh0 of one step is dh W, whatever the value."""
    case = a_case(vanilla, 1, 1)
    surrogate = replace(case, model=departed(vanilla, {"activation": STRAIGHT}))
    d = case.objective.outputs[:, 0] + case.objective.state[0]
    np.testing.assert_allclose(replay.gradient(surrogate)["h0"], d @ case.blocks["W"], atol=1e-15)


def test_a_stopped_state_carries_no_gradient():
    """Its own is zero, and the other's is what is left."""
    case = a_case(lstm)
    stopped = replay.gradient(replace(case, model=departed(lstm, {"c0": "stop"})))
    assert not stopped["c0"].any()
    assert stopped["h0"].any()
    assert not np.allclose(stopped["h0"], replay.gradient(case)["h0"])
