"""The lag map: what each loss takes from each step, by the faults that leave a known trace."""

from contextlib import nullcontext

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import gru, layer_with, lstm, lstm_with, scan, vanilla
from tests.vanilla import changed
from tests.verification.diagnosis.test_diagnosis import Truncates
from verification import Scope, layer, models, scoped
from verification.adapters.rnn.manual import manual
from verification.diagnosis import lag_map as mapped
from verification.diagnosis.lag_map import Mark, TooLong, lag_map
from verification.diagnosis.probe import healthy_case
from verification.models.truncation import FULL, Standard

LETTERS = {
    Mark.RIGHT: ".",
    Mark.CLOSE: "~",
    Mark.WRONG: "x",
    Mark.ABSENT: "0",
    Mark.SURPLUS: "+",
    Mark.NONE: " ",
}


def map_of(engine, steps=4, truncation=FULL):
    """The map of an engine on a healthy case, and what its panels look like, by name."""
    case = healthy_case(engine, steps=steps)
    object.__setattr__(case, "truncation", truncation)
    found = lag_map(engine, case)
    drawn = {
        f"{panel.block} {panel.part}".strip(): ["".join(LETTERS[m] for m in row) for row in panel.marks]
        for panel in (found.panels if found else ())
    }
    return found, drawn


@pytest.mark.parametrize(("model", "module"), [(models.lstm, lstm), (models.complex_scan, scan)])
def test_of_a_right_engine_there_is_none(model, module):
    """Nothing is wrong in it."""
    assert map_of(layer(module.forward, module.backward, model=model))[0] is None


def test_a_carry_that_is_lost_halfway_is_seen_at_its_step():
    """What is carried to step 1 and before is lost: of the inputs exactly that, whatever the loss."""
    lost = layer_with(models.vanilla, vanilla, "dh = da @ W", "dh = da @ W * (t != 2)")
    found, drawn = map_of(lost)
    assert found.losses == ("0", "1", "2", "3", "end")
    assert drawn["xs"] == drawn["U"] == [".   ", "..  ", "00. ", "00..", "00.."]
    assert drawn["h0"] == [".   ", ".   ", "0   ", "0   ", "0   "]
    assert found.views["U"] == mapped.BY_COLUMN
    assert found.views["b"] == mapped.BY_RESTART


def test_gates_that_are_wrong_otherwise_have_panels_of_their_own():
    """One gate is wrong at once, the others by what it hands on, and a right block has none."""
    slope = lstm_with("d_f = dc * c_prev * f * (1 - f)", "d_f = dc * c_prev * f")
    found, drawn = map_of(slope, steps=2)
    by_name = {(panel.block, panel.part): panel for panel in found.panels}
    assert by_name["U", "f"].wrong_at_once
    assert not by_name["U", "o"].wrong_at_once
    assert {name for name in drawn if name[0] == "W"} == {"W i", "W f", "W g", "W o"}
    assert drawn["U f"][0] == "x "
    assert drawn["U o"][0] == ". "
    bias = lstm_with("d_b += da.sum(axis=0)", "d_b += 1.01 * da.sum(axis=0)")
    found, drawn = map_of(bias, steps=2)
    assert drawn == {"b": ["~ ", "~~", "~~"]}
    assert found.right == ("U", "W", "xs", "h0", "c0")
    assert 0.009 < found.panels[0].off[1, 1] < 0.011


def test_what_reaches_too_far_is_a_surplus():
    """A truncation that is not made, of an engine that is told one, and of inputs and a state."""
    cut = scoped(manual)
    far = Truncates(cut, lambda truncation: FULL)
    found, drawn = map_of(far, truncation=Standard("Window", (1,)))
    assert drawn["xs"] == [".   ", "..  ", "+.. ", "++.."]
    assert drawn["W"] == drawn["xs"]
    assert {"V", "c"} <= set(found.right)
    assert found.losses == ("0", "1", "2", "3")
    # A chunk that begins elsewhere is another one: no start one step earlier says anything.
    found, drawn = map_of(far, truncation=Standard("Chunked", (3, 3)))
    assert set(found.unseen) == {"W", "b"}
    assert drawn["U"] == drawn["xs"] == [".   ", "..  ", "... ", "+++."]


def test_a_claim_bounds_it():
    """No state, no restarts; a loss on the last step alone is one row."""
    still = Scope(states="zero")
    lost = layer_with(models.gru, gru, "dh = dh + d_outputs[:, t]", "dh = d_outputs[:, t]", scope=still)
    found, drawn = map_of(lost, steps=3)
    assert set(found.unseen) >= {"W", "b"}
    assert drawn["xs"][-1] == "000"

    def doubled(problem):
        answer = manual(problem)
        return changed(answer, W=2 * answer.params["W"])

    found, drawn = map_of(scoped(doubled, Scope(losses=("last",))), steps=3)
    assert found.losses == ("2",)
    assert drawn == {"W": ["xxx"]}


@pytest.mark.parametrize(("share", "drawn"), [(1, True), (0, False)])
def test_one_that_takes_too_long_is_left(monkeypatch, share, drawn):
    """It is a picture, not the verdict. An hour's waiting for a processor is no time that it takes."""
    lost = layer_with(models.vanilla, vanilla, "dh = da @ W", "dh = da @ W.T")
    case, hours = healthy_case(lost), [0.0]

    def passed():
        hours.append(hours[-1] + 3600)
        return hours[-1]

    monkeypatch.setattr("time.monotonic", passed)
    monkeypatch.setattr("verification.processes.processor.waited", lambda: share * hours[-1])
    with nullcontext() if drawn else pytest.raises(TooLong):
        assert lag_map(lost, case).panels


def test_states_are_those_of_the_forward():
    """Before each step, in the case's own type."""
    case = a_case(models.gru, 3, 4, np.float32)
    outputs, _, _ = gru.forward(case.blocks, case.blocks["xs"], case.state)
    states = mapped.states_before(case)
    assert len(states) == 4
    assert states[0] == case.state
    for s in range(1, 4):
        np.testing.assert_allclose(states[s][0], outputs[:, s - 1], 1e-6)
        assert states[s][0].dtype == np.float32
