"""Two forwards before their backwards, and a second backward of one forward."""

import numpy as np
import pytest

from tests.layers import RIGHT, linear
from tests.verification.properties.refuting import refuted
from verification import Scope, layer, models
from verification.models.case import random_case
from verification.properties.findings import findings
from verification.properties.truth import Truth
from verification.sampling.draws import dimensions

NAMES = ("interleaved calls", "second backward")


@pytest.mark.parametrize(("model", "module"), RIGHT, ids=lambda each: getattr(each, "name", ""))
@pytest.mark.parametrize("records", [(1, 3), (2, 3)])
def test_a_right_layer_holds(model, module, records):
    """Of fewer records beside it, where that is claimed."""
    dtype = np.complex64 if model.complex else np.float32
    sizes = {name: 2 + i for i, name in enumerate(dimensions(model))}
    case = random_case(model, np.random.default_rng(0), sizes, 2, 3, dtype)
    engine = layer(module.forward, module.backward, model=model, scope=Scope(records=records))
    found = [*findings(engine, Truth(case), NAMES)]
    assert {each.property for each in found} == {*NAMES}
    assert not [each.wrong for each in found if each.wrong]


def test_a_second_backward_that_adds_is_told():
    """And one whose tape is gone, by what it raised."""
    zeros = 'd_U, d_W, d_b = np.zeros_like(U), np.zeros_like(W), np.zeros_like(params["b"])'
    kept = 'tuple(map(np.zeros_like, (U, W, params["b"])))'
    sums = f"len(tape) > d_outputs.shape[1] or tape.append({kept}); d_U, d_W, d_b = tape[-1]"
    found = refuted(zeros, sums)
    assert set(found) == {"second backward"}
    assert found["second backward"].startswith("a second backward adds to what the last backward left: d_b[")
    found = refuted("tape[t]", "tape.pop()")
    assert found == {
        "second backward": "a second backward of one forward: raised IndexError: pop from empty list"
    }


def test_a_queue_is_in_order_when_the_next_property_asks():
    """Each backward takes the tape that was saved first: one call by itself is right before and after."""
    queue = []

    def forward(params, xs, state):
        *returned, saved = linear.forward(params, xs, state)
        queue.append(saved)
        return *returned, None

    def backward(saved, d_outputs, d_state):
        return linear.backward(queue.pop(0), d_outputs, d_state)

    model = models.linear
    sizes = {name: 2 + i for i, name in enumerate(dimensions(model))}
    case = random_case(model, np.random.default_rng(0), sizes, 3, 4, np.float64)
    engine = layer(forward, backward, model=model)
    found = {each.property: each.wrong for each in findings(engine, Truth(case), NAMES[:1]) if each.wrong}
    assert found.keys() == {"interleaved calls"}
    assert not queue
    assert not [each.wrong for each in findings(engine, Truth(case), ("cut", "memory layout")) if each.wrong]
