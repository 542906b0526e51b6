"""The adapter for a layer: what it is given, what it may return, and the program that it prints."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import RIGHT, renamed, scan
from tests.layers.chunked import gated_scan as chunked_gated_scan
from tests.quick import first_quick
from verification import Scope, Use, layer, models
from verification.processes.invalid import InvalidAnswer
from verification.properties.calling import run_case
from verification.properties.findings import findings
from verification.properties.truth import Truth


def wrong_of(found):
    return [(each.property, each.part, each.wrong) for each in found if each.wrong]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@first_quick(("model", "module"), RIGHT, 6, ids=lambda each: getattr(each, "name", ""))
def test_a_right_layer_holds_in_every_property(model, module, dtype):
    """Whatever its model, in either type: of one step and of several, and of faint and of loud cotangents."""
    engine, case = layer(module.forward, module.backward, model=model), a_case(model, 3, 4, dtype)
    found = [*findings(engine, Truth(case)), *findings(engine, Truth(a_case(model, 2, 1, dtype)))]
    for factor in (2.0**-90, 2.0**30):
        scaled = case.objective.replaced(lambda array, by=factor: (array * by).astype(array.dtype))
        found += findings(engine, Truth(replace(case, objective=scaled)), ("linearity", "cotangents add up"))
    assert wrong_of(found) == []
    finals = {f"final {block.name}" for block in model.of(Use.STATE)}
    for name, parts in {"lag by lag": set(), "cut": {"outputs", *finals}}.items():
        assert {each.part for each in found if each.property == name} == {*parts, *engine.claim.blocks}
    assert {each.property for each in found} >= {"autograd", "lags", "memory layout", "interleaved calls"}


def test_an_engine_of_another_layout_is_judged_in_the_model_s():
    """Names, orientation, gate order, two biases and steps first, all at once."""
    engine = layer(renamed.forward, renamed.backward, model=models.lstm, arrays=renamed.ARRAYS)
    assert wrong_of(findings(engine, Truth(a_case(models.lstm, 3, 4)))) == []


def test_the_second_of_two_biases_is_judged_as_the_first():
    """A wrong one is found, though the first is right."""

    def forgets(saved, d_outputs, d_state):
        d_params, d_xs, d_initial = renamed.backward(saved, d_outputs, d_state)
        return {**d_params, "b_hh": 0 * d_params["b_hh"]}, d_xs, d_initial

    engine = layer(renamed.forward, forgets, model=models.lstm, arrays=renamed.ARRAYS)
    wrong = wrong_of(findings(engine, Truth(a_case(models.lstm, 3, 4))))
    assert {part for _, part, _ in wrong} == {"b"}


def returning(forward=None, backward=None, scope=None):
    """A scan's layer with something else returned."""

    def other_forward(params, xs, state):
        returned = scan.forward(params, xs, state)
        return forward(*returned) if forward else returned

    def other_backward(saved, d_outputs, d_state):
        returned = scan.backward(saved, d_outputs, d_state)
        return backward(*returned) if backward else returned

    return layer(other_forward, other_backward, model=models.scan, scope=scope)


INVALID = {
    "no tuple": ({"forward": lambda o, s, k: o}, r"forward returned a ndarray, needed \(outputs, state, sav"),
    "two": ({"forward": lambda o, s, k: (o, s)}, r"forward returned a tuple of 2, needed \(outputs, state"),
    "state alone": ({"forward": lambda o, s, k: (o, s[0], k)}, "forward's state is a ndarray, needed a t"),
    "two states": ({"forward": lambda o, s, k: (o, s * 2, k)}, "forward's state is a tuple of 2, needed a"),
    "a shape, before the backward fails by it": (
        {"forward": lambda o, s, k: (o[0], s, k), "backward": lambda p, x, s: 1 / 0},
        r"outputs has shape .*, needed \(3, 4, 2\)",
    ),
    "no dict": ({"backward": lambda p, x, s: (p, x["a"], s)}, "backward's d_xs is a ndarray, needed a dict"),
    "no block": (
        {"backward": lambda p, x, s: (p, {"a": x["a"]}, s)},
        r"the gradient of x is missing, needed an array \(3, 4, 2\)",
    ),
    "another name": (
        {"backward": lambda p, x, s: (p, {"a": x["a"], "dx": x["x"]}, s)},
        "the gradient of x is missing: d_xs has 'dx', needed 'x'",
    ),
    "no states": (
        {"backward": lambda p, x, s: (p, x, None)},
        "backward's d_state is a NoneType, needed a tuple of 1",
    ),
}


@pytest.mark.parametrize(("returned", "message"), INVALID.values(), ids=INVALID)
def test_an_answer_of_another_form_is_reported(returned, message):
    with pytest.raises(InvalidAnswer, match=message):
        run_case(returning(**returned), a_case(models.scan, 3, 4))


def test_what_is_not_claimed_may_be_missing():
    scope = Scope(blocks=("a",), states="zero")
    engine = returning(backward=lambda p, x, s: (None, {"a": x["a"]}, None), scope=scope)
    assert set(run_case(engine, a_case(models.scan, 3, 4)).blocks) == {"a"}


def test_a_layer_is_described_otherwise():
    """As one of other arrays, or of another model: what both have is claimed as before, and what is new."""
    engine = layer(scan.forward, scan.backward, model=models.gru, scope=Scope(blocks=("U", "W", "xs")))
    assert engine.arrays == {}
    other = engine.otherwise(models.gru, {"gates": "zrn"})
    assert other.arrays == {"gates": "zrn"}
    assert other.layout.places["W"].order == (1, 0, 2)
    before = engine.otherwise(models.gru_reset_before, {})
    assert before.model is models.gru_reset_before
    assert before.claim.blocks == ("U", "W", "xs")
    assert before.otherwise(models.gru, {}).claim.blocks == ("U", "W", "bn", "xs")


def test_a_forward_is_given_its_chunk():
    """Where the scope claims some: that of the case, and the smallest where it has none."""
    reported = []

    def forward(params, xs, state, chunk):
        reported.append(chunk)
        return chunked_gated_scan.forward(params, xs, state, chunk)

    scope = Scope(chunks=(2, 3))
    engine = layer(forward, chunked_gated_scan.backward, model=models.gated_scan, scope=scope)
    case = a_case(models.gated_scan, 3, 7)
    for chunk in (None, 2, 3):
        assert wrong_of(findings(engine, Truth(replace(case, chunk=chunk)))) == []
        assert {*reported} == {chunk or 2}
        reported.clear()
    code = str(engine.code(replace(case, chunk=3)))
    assert "scope=Scope(chunks=(2, 3))" in code
    assert "case = Case(engine.model, blocks, objective, chunk=3)" in code
