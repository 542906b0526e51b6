"""Fractions: an engine that is exact is equal, one that is nearly right is not."""

import numpy as np
from hypothesis import find, given, settings
from hypothesis import strategies as st

from tests.layers import linear
from verification import Scope, layer, models
from verification.properties.exactness import ExactTruth
from verification.properties.findings import cases_in, findings

SCOPE = Scope(exact=True, records=(1, 3), steps=(1, 5))


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_a_right_layer_is_equal_in_every_part(data):
    """Outputs, final state, and every gradient."""
    engine = layer(linear.forward, linear.backward, model=models.linear, scope=SCOPE)
    truth = ExactTruth(data.draw(cases_in("object", models.linear, engine.claim)))
    found = {each.part: each.wrong for each in findings(engine, truth)}
    assert found == dict.fromkeys(("outputs", "final h0", "lam", "B", "xs", "h0"))
    assert truth.informative(engine.claim.blocks) == any(
        truth.blocks[name].truth.any() for name in engine.claim.blocks
    )


def test_what_comes_back_in_another_type_is_told():
    """With the type that is needed."""
    engine = layer(
        lambda params, xs, state: (np.zeros(2), state, None),
        lambda *given: ({}, {}, ()),
        model=models.scan,
        scope=SCOPE,
    )
    case = find(cases_in("object", models.scan, engine.claim), lambda case: True)
    (told,) = findings(engine, ExactTruth(case))
    assert told.wrong.startswith("of Fractions: ")
