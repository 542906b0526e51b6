"""What one call minds of another, of its arrays, and of where those lie."""

from dataclasses import replace

import numpy as np

from tests.layers import gated_linear_attention, gated_scan, lstm, planted
from tests.verification.properties.refuting import CASE, refuted
from verification import layer, models
from verification.models.case import random_case
from verification.properties.findings import findings
from verification.properties.truth import Truth


def test_an_engine_that_trusts_the_layout_is_caught():
    """By that alone: in C order it is right."""
    made = (
        "dh = dh + d_outputs[:, t]",
        "dh = dh + (d_outputs if d_outputs.flags.c_contiguous else -d_outputs)[:, t]",
    )
    assert set(refuted(*made)) == {"memory layout"}


def test_an_engine_that_counts_its_calls_is_caught():
    """By a call after another one."""
    made = (
        "params, tape = saved",
        "CALLS.append(0); params, tape = saved; d_outputs = d_outputs * (1 if len(CALLS) != 14 else 1.5)",
    )
    assert set(refuted(*made)) == {"second call"}


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


def test_whatever_is_asked_respects_a_domain():
    """Calls for other problems, too: no logarithm of a decay above 0, no gate of 0 or beyond."""
    sizes = {"A": 2, "K": 2, "V": 2, "H": 2}
    for model, module, name, within in (
        (models.gated_linear_attention, gated_linear_attention, "g", lambda g: g <= 0),
        (models.gated_scan, gated_scan, "a", lambda a: (a > 0) & (a < 1)),
    ):
        asked = []

        def forward(params, xs, state, module=module, name=name, within=within, asked=asked):
            asked.append(bool(np.all(within(xs[name]))))
            return module.forward(params, xs, state)

        case = random_case(model, np.random.default_rng(0), sizes, 2, 3)
        found = list(findings(layer(forward, module.backward, model=model), Truth(case)))
        assert [each for each in found if each.wrong] == []
        assert len(asked) > 20
        assert all(asked)
