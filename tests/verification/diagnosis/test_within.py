"""Values of gates, and sizes of states, from which on an engine is wrong."""

from dataclasses import replace

import pytest

from tests.cases import a_case
from tests.examples import text_of
from tests.layers import gru, layer_with, lstm_with, vanilla
from tests.quick import first_quick
from tests.verification.diagnosis.wrong import doubled_where
from verification import models
from verification.diagnosis.diagnosis import diagnose
from verification.diagnosis.onset import onset
from verification.diagnosis.probe import healthy_case, look_at
from verification.diagnosis.within import from_within
from verification.properties.property import Finding


def diagnosed(engine):
    """Where it is wrong, of a case of two steps."""
    found = [*from_within(lambda case: look_at(engine, case).wrong, healthy_case(engine, steps=2))]
    assert all(look_at(engine, case).wrong for _, case in found)
    return [words for words, _ in found]


WITHIN = {
    "a gate that is open": (
        ("d_f = dc * c_prev * f * (1 - f)", "d_f = dc * c_prev * f * np.where(1 - f < 1e-5, 0, 1 - f)"),
        "where some f is within 1e-05 of 1",
    ),
    "a gate that is closed": (
        ("d_i = dc * g * i * (1 - i)", "d_i = dc * g * np.where(i < 1e-4, 0, i) * (1 - i)"),
        "where some i is within 0.0001 of 0",
    ),
    "a state that is tiny": (
        ("d_f = dc * c_prev", "d_f = dc * (c_prev * (abs(c_prev) > 1e-6))"),
        "where a number of the state of c0 is below 1e-06",
    ),
    "a state that is large": (
        ("d_f = dc * c_prev", "d_f = dc * np.clip(c_prev, -40, 40)"),
        "where a number of the state of c0 is above 40",
    ),
}


@first_quick(("lines", "words"), WITHIN.values(), 3, ids=WITHIN)
def test_what_a_gate_or_a_state_is_where_it_is_wrong(lines, words):
    """One condition, though a closed gate leaves tiny states and a large state opens gates."""
    assert diagnosed(lstm_with(*lines)) == [words]


def test_of_other_models():
    """A gate of a GRU by its name, and a state of a layer without gates."""
    right = "d_z = dh * (h_prev - n) * z * (1 - z)"
    engine = layer_with(models.gru, gru, right, right.replace("(1 - z)", "np.where(1 - z < 1e-4, 0, 1 - z)"))
    assert diagnosed(engine) == ["where some z is within 0.0001 of 1"]
    tiny = "(states[t] * (abs(states[t]) > 1e-6))"
    engine = layer_with(models.vanilla, vanilla, "d_W += da.T @ states[t]", f"d_W += da.T @ {tiny}")
    assert diagnosed(engine) == ["where a number of the state of h0 is below 1e-06"]


@pytest.mark.parametrize("condition", ['abs(params["b"]).max() > 6', "len(d_xs) > 4", "False"])
def test_what_is_no_matter_of_a_gate_has_none(condition):
    """A bias that is large drives every gate, and is reported by its own size."""
    assert diagnosed(doubled_where(condition)) == []


def test_a_gate_is_named_and_not_the_inputs_that_drive_it():
    """Of a case that is wrong by its inputs."""
    engine = lstm_with(*WITHIN["a gate that is open"][0])
    case = a_case(models.lstm, 3)
    case = replace(case, blocks={name: 6 * array for name, array in case.blocks.items()})
    assert look_at(engine, case).wrong
    assert onset(engine, case).words == "where some f is within 1e-05 of 1"
    assert diagnose(engine, Finding("autograd", "U", "off"), case).sentence in text_of("diagnosis")
