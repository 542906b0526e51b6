"""A diagnosis beside its cases; the faults, and the table of sentences, have files of their own."""

from dataclasses import replace

from tests.cases import a_case
from tests.layers import layer_with, lstm, lstm_with, planted, scan, steps
from verification import Scope, layer, models, step
from verification.diagnosis.diagnosis import diagnose
from verification.models.truncation import FULL, Standard
from verification.properties.property import Finding

FOUND = Finding("autograd", "", "off")


def test_what_no_small_case_shows_is_a_matter_of_size():
    """Or, where the case is right when it is run again, of the calls before it."""
    once = lstm_with("d_U += da.T @ x", "d_U += da.T @ x * (1 + (len(x) == 5))")
    case = a_case(models.lstm, 5, 2)
    found = diagnose(once, Finding("autograd", "U", "d_U[0]: got 1, want 2"), case)
    assert (found.stage, found.blocks, found.as_if) == ("size", ("U",), "twice what it should be")
    assert found.sentence == (
        "U is wrong (twice what it should be) at N = 5 alone: small cases of healthy numbers are right."
    )
    right = layer(lstm.forward, lstm.backward, model=models.lstm)
    found = diagnose(right, Finding("autograd", "U", "d_U[0]: got 1, want 2"), case)
    assert found.sentence == (
        "Answers differ from call to call, and this one is right where it is the first: d_U[0]: got 1, "
        "want 2."
    )


def test_a_second_fault_that_needs_more_steps_is_reported_as_well():
    """Otherwise the rest would pass for right: of one step alone the bias is wrong."""
    right = "d_W += da.T @ h_prev\n        d_b += da.sum(axis=0)"
    twice = lstm_with(right, "d_W += (1 + (t > 0)) * da.T @ h_prev\n        d_b += da.mean(axis=0)")
    found = diagnose(twice, FOUND, a_case(twice.model, 3))
    assert (found.stage, found.blocks) == ("accumulation", ("b",))
    assert found.sentence.endswith(" From T = 2 on W is wrong as well.")


def test_half_of_two_records_has_two_readings():
    """A third of three is a mean alone."""
    for records, words in (
        (2, "half of what it should be, or a mean over records"),
        (3, "1/3 of what it should be, a mean over records"),
    ):
        mean = lstm_with(
            "d_b += da.sum(axis=0)", "d_b += da.mean(axis=0)", scope=Scope(records=(records, records))
        )
        assert diagnose(mean, FOUND, a_case(mean.model, records)).as_if == words


def test_an_answer_that_has_not_the_form_is_reported_as_that():
    """With where it has not, if it answers elsewhere."""
    broken = lstm_with('return {"U": d_U, "W": d_W, "b": d_b}', 'return {"U": d_U, "W": d_W}')
    missing = "the gradient of b is missing, needed an array (8,)"
    assert diagnose(broken, Finding("form", "", missing), a_case(broken.model, 3)).sentence == (
        f"The engine does not answer in form: {missing}."
    )
    large = lstm_with("params, tape = saved", "params, tape = saved; assert len(d_outputs) < 5")
    case = a_case(models.lstm, 9, 2)
    found = diagnose(large, Finding("form", "", "raised AssertionError: "), case)
    assert (found.stage, found.sentence) == (
        "form",
        "The engine does not answer in form from N = 5 on: raised AssertionError: ; all else is right.",
    )


def test_a_reading_that_agrees_is_judged_as_any():
    """What fails under it is reported too."""
    made = planted(lstm, "params, tape = saved", "params, tape = saved; tape[1]")

    def forward(params, xs, state):
        return made.forward({**params, "W": params["Wh"]}, xs, state)

    def backward(saved, d_outputs, d_state):
        d_params, *others = made.backward(saved, d_outputs, d_state)
        return {**d_params, "Wh": d_params["W"]}, *others

    engine = layer(forward, backward, model=models.lstm)
    assert diagnose(engine, FOUND, a_case(engine.model, 3)).sentence == (
        "The forward agrees if W is called Wh: say arrays={'W': 'Wh'}. Then: The engine does not answer in "
        "form where T = 1: raised IndexError: list index out of range; all else is right."
    )


def test_a_truncation_is_told_from_the_full_gradient():
    """Which is right: the truncation of the case, and what is done instead."""

    right = step(steps.scan, steps.scan_back, model=models.scan)
    cut = Truncates(right, lambda truncation: FULL)
    case = replace(a_case(right.model, 3), truncation=Standard("Window", (1,)))
    found = diagnose(cut, FOUND, case)
    assert (found.stage, found.blocks) == ("truncation", ("a", "x", "h0"))
    assert found.sentence == (
        "The bug is in the truncation, as if the gradient were not truncated: a, x, h0 are wrong under "
        "Window(1)."
    )
    short = Truncates(right, lambda truncation: Standard("Window", (0,)) if truncation != FULL else FULL)
    assert diagnose(short, FOUND, case).as_if == "each loss reached its own step alone"


class Truncates:
    """A step whose loops truncate otherwise than the case says."""

    def __init__(self, engine, change):
        self.model, self.claim, self.arrays = engine.model, engine.claim, engine.arrays
        self.fixed, self.place = engine.fixed, engine.place
        self.answer = lambda case: engine.answer(replace(case, truncation=change(case.truncation)))


def test_a_scope_bounds_the_diagnosis():
    """One record, an initial state of zero, two steps, and no gradient of the state."""
    scope = Scope(states="zero", records=(1, 1), steps=(2, 2), blocks=("a", "x"))
    engine = layer_with(models.scan, scan, "d_x[:, t] = dh", "d_x[:, t] = 0 * dh", scope=scope)
    found = diagnose(engine, FOUND, a_case(engine.model, 3))
    assert found.sentence == "The bug is in the derivative of one step: x is wrong (all zero)."
