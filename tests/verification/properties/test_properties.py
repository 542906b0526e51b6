"""Each property can fail, and for its own reason."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest

from tests.layers import lstm, planted
from verification import Scope, layer, models
from verification.models.case import random_case
from verification.properties.findings import PROPERTIES, findings
from verification.properties.properties import LAYOUTS, Trial, Truth, units_permute

CASE = random_case(models.lstm, np.random.default_rng(0), {"H": 3, "D": 2}, 3, 4)
TRUTH = Truth(CASE)


def refuted(right, wrong, truth=TRUTH, **options):
    """The properties that refute a layer with a line replaced, and how."""
    made = planted(lstm, right, wrong)
    made.CALLS = []
    engine = layer(made.forward, made.backward, model=models.lstm, **options)
    found = [each for each in findings(engine, truth) if each.wrong is not None]
    return {each.property: each.wrong for each in found}


ONLY = {
    "records add up": (
        "d_W += da.T @ h_prev",
        "d_W += da.T @ h_prev * (1 if len(x) > 1 else 2)",
        {"records add up"},
    ),
    "records permute": (
        "return {",
        "d_xs[0] *= 1 + (d_outputs[0, 0, 0] != FIRST); return {",
        {"records add up", "records permute", "units permute", "lag by lag"},
    ),
    "memory layout": (
        "dh = dh + d_outputs[:, t]",
        "dh = dh + (d_outputs if d_outputs.flags.c_contiguous else -d_outputs)[:, t]",
        {"memory layout"},
    ),
    "second call": (
        "params, tape = saved",
        "CALLS.append(0); params, tape = saved; d_outputs = d_outputs * (1 if len(CALLS) != 10 else 1.5)",
        {"second call"},
    ),
}


@pytest.mark.parametrize(("right", "wrong", "properties"), ONLY.values(), ids=ONLY)
def test_a_fault_of_conduct_is_caught_by_its_own_property(right, wrong, properties):
    """Where one call alone is right, the property that is about others catches it, and no oracle does."""
    wrong = wrong.replace("FIRST", repr(float(CASE.objective.outputs[0, 0, 0])))
    assert set(refuted(right, wrong)) == properties


def test_an_array_that_is_written_to_is_told_twice():
    """It has changed; and where it is read-only, writing raises."""
    found = refuted("dh = dh + d_outputs[:, t]", "dh += d_outputs[:, t]")
    assert found == {
        "inputs stay": "d_state[0] is changed in place",
        "memory layout": "with arrays laid out otherwise (read-only): raised ValueError: output array is "
        "read-only",
    }


def test_an_answer_that_is_a_view_of_an_input_is_told():
    """Whoever changes the one later changes the other."""
    truth = Truth(replace(CASE, objective=CASE.objective))
    made = planted(lstm, "d_xs, (dh, dc)", "d_xs, (dh, KEPT)")
    engine = layer(made.forward, made.backward, model=models.lstm)

    def backward(saved, d_outputs, d_state):
        made.KEPT = d_state[1]
        return made.backward(saved, d_outputs, d_state)

    engine = replace(engine, backward=backward)
    wrong = {each.wrong for each in findings(engine, truth, ("inputs stay",)) if each.wrong}
    assert wrong == {"d_c0 is a view of d_state[1]"}


def test_an_answer_that_another_call_changes_is_told():
    """A buffer that is handed out twice."""
    found = refuted(
        "d_xs = np.empty((*d_outputs.shape[:2], U.shape[1]), U.dtype)",
        "global KEPT; KEPT = globals().get('KEPT', np.empty((*d_outputs.shape[:2], U.shape[1]), U.dtype)); "
        "d_xs = KEPT if KEPT.shape[0] == len(d_outputs) else np.empty((*d_outputs.shape[:2], U.shape[1]))",
    )
    assert found["second call"] == "d_xs of the first call is changed by a second one"


def test_layouts_hold_the_same_numbers():
    """Each of them, in another order of memory."""
    array = np.arange(12.0).reshape(2, 2, 3)
    for lay_out in LAYOUTS.values():
        np.testing.assert_array_equal(lay_out(array), array)
    assert not LAYOUTS["read-only"](array).flags.writeable
    assert LAYOUTS["backwards"](array).strides[0] < 0


def test_records_alone_are_not_asked_of_who_does_not_claim_them():
    """An engine of two records or more."""
    made = ("d_W += da.T @ h_prev", "d_W += da.T @ h_prev * (1 if len(x) > 1 else 2)")
    assert refuted(*made, scope=Scope(records=(2, 9))) == {}


def test_a_case_without_a_truth_is_asked_for_the_form_alone():
    """What overflows cannot be compared."""
    blocks = {**CASE.blocks, "c0": np.full_like(CASE.blocks["c0"], 1.7e308)}
    truth = Truth(replace(CASE, blocks={**blocks, "b": np.full_like(CASE.blocks["b"], 9.0)}))
    right = layer(lstm.forward, lstm.backward, model=models.lstm)
    assert not truth.determined
    assert not truth.live(right.claim.blocks)
    assert list(findings(right, truth)) == []
    assert set(refuted("d_xs, (dh, dc)", "d_xs, (dh,)", truth)) == {"form"}


def test_units_that_are_not_alike_are_told():
    """A gradient that is right for the units as they are, and not for another order of them."""
    made = (
        "d_b += da.sum(axis=0)",
        "d_b += da.sum(axis=0) * (1 if abs(params['b'][0] - FIRST) < 1e-12 else 1.5)",
    )
    first = repr(float(CASE.blocks["b"][0]))
    assert set(refuted(made[0], made[1].replace("FIRST", first))) == {"units permute"}


def test_units_are_not_permuted_where_they_are_not_alike():
    """In the model itself: here the first unit feeds the second."""

    def step(f, p, x, h):
        return anp.concatenate((h[..., :1], h[..., 1:] + h[..., :1]), axis=-1) + x.x

    model = replace(models.scan, step=step)
    case = random_case(model, np.random.default_rng(0), {"H": 2})
    engine = layer(lstm.forward, lstm.backward, model=models.lstm)
    assert list(units_permute(Trial(engine, Truth(case)))) == []


def test_bits_are_told_by_layout_and_by_call():
    """A product whose path depends on the layout is within the bound, and has other bits."""
    made = (
        "d_xs[:, t] = da @ U",
        "d_xs[:, t] = (da @ U) * (1 + 2e-16 * (not d_outputs.flags.c_contiguous))",
    )
    assert set(refuted(*made)) == set()
    found = refuted(*made, scope=Scope(bits=True))
    assert set(found) == {"bits"}
    assert found["bits"].startswith("d_xs has other bits with arrays laid out otherwise (")


def test_every_property_says_what_must_hold():
    """In its docstring, but for one that is made of a module's."""
    assert [name for name, check in PROPERTIES.items() if not check.__doc__] == ["lag by lag"]
