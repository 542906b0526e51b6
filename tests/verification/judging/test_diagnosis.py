"""A planted fault is caught, and its block and gate are named."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.layers import lstm, planted, scan
from tests.layers.faults import FAULTS
from verification import Scope, layer, models
from verification.asked.case import random_case
from verification.asked.draws import dimensions
from verification.judging.diagnosis import diagnose
from verification.judging.findings import findings
from verification.judging.properties import Finding, Truth

FOUND = Finding("autograd", "", "off")


def wrong_layer(right, wrong, model=models.lstm, module=lstm, **options):
    """A layer with a line replaced."""
    made = planted(module, right, wrong)
    return layer(made.forward, made.backward, model=model, **options)


def small(engine):
    """A case of three records and steps."""
    sizes = {name: 2 + i for i, name in enumerate(dimensions(engine.model))}
    dtype = np.complex128 if engine.model.complex else np.float64
    return random_case(engine.model, np.random.default_rng(0), sizes, 3, 3, dtype)


def caught(engine):
    """The properties that such a case refutes."""
    return {each.property for each in findings(engine, Truth(small(engine))) if each.wrong is not None}


def told(engine):
    """The sentence."""
    return str(diagnose(engine, FOUND, small(engine)))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_caught_and_placed(fault):
    """By both oracles; the stage, the blocks and the gates are those of its story."""
    made = fault.planted()
    engine = layer(made.forward, made.backward, model=fault.model)
    assert {"autograd", "lags"} <= caught(engine)
    found = diagnose(engine, FOUND, small(engine))
    assert (found.stage, found.blocks, found.parts) == (fault.stage, fault.blocks, fault.parts)


SENTENCES = {
    "a gate": (
        ("d_f = dc * c_prev * f * (1 - f)", "d_f = dc * c_prev * f"),
        "U, W, b are wrong in f; xs, h0 are wrong: the derivative of one step is at fault.",
    ),
    "a mean": (
        ("d_b += da.sum(axis=0)", "d_b += da.mean(axis=0)"),
        "b is wrong (1/3 of what it should be, a mean over records): what flows back is right, and what is "
        "made of it is at fault (right for one record).",
    ),
    "a sign": (
        ("d_U += da.T @ x", "d_U -= da.T @ x"),
        "U is wrong (the sign is wrong): what flows back is right, and what is made of it is at fault.",
    ),
    "twice": (
        ("d_b += da.sum(axis=0)", "d_b += 2 * da.sum(axis=0)"),
        "b is wrong (twice what it should be): what flows back is right, and what is made of it is at fault.",
    ),
    "some factor": (
        ("d_b += da.sum(axis=0)", "d_b += 1.25 * da.sum(axis=0)"),
        "b is wrong (1.25 times what it should be): what flows back is right, and what is made of it is at "
        "fault.",
    ),
    "never accumulated": (
        ("d_W += da.T @ h_prev", "d_W = da.T @ h_prev"),
        "W is wrong from T = 2 on, right with fewer steps: what flows back is right, and what is made of it "
        "is at fault.",
    ),
    "never carried": (
        ("dh, dc = da @ W, dc * f", "dh, dc = da @ W, 0 * dc"),
        "c0 is wrong (all zero): what is carried from step to step is at fault (of the loss at the last step "
        "xs is wrong at lag 1, 2, 3).",
    ),
    "forward": (
        ("h = o * s", "h = o * c"),
        "outputs and final h0 are wrong: the forward is at fault.",
    ),
    "forward later": (
        ("c = f * c_prev + i * g", "c = f * c_prev * (1 + (t == 1) * 1e-6) + i * g"),
        "outputs and final h0 and final c0 are wrong from T = 2 on, right with fewer steps: the forward is "
        "at fault.",
    ),
    "a missing state": (
        ("dh, dc = d_state", "dh, dc = d_state[0], 0 * d_state[1]"),
        "U, W, b are wrong in i, f, g; xs, h0, c0 are wrong: the derivative of one step is at fault (only "
        "where the final c0 has a cotangent).",
    ),
}


@pytest.mark.parametrize(("lines", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_the_sentence(lines, sentence):
    """Word for word."""
    assert str(told(wrong_layer(*lines))) == sentence


def test_what_no_small_case_shows_is_a_matter_of_size():
    """Or of conduct, where a property about other calls is refuted."""
    right = layer(lstm.forward, lstm.backward, model=models.lstm)
    once = wrong_layer("d_U += da.T @ x", "d_U += da.T @ x * (1 + (len(x) == 5))")
    case = random_case(models.lstm, np.random.default_rng(0), {"H": 2, "D": 3}, 5, 2)
    found = diagnose(once, Finding("autograd", "U", "d_U[0]: got 1, want 2"), case)
    assert (found.stage, found.sentence) == (
        "size",
        "d_U[0]: got 1, want 2, at N 5, T 2, D 3, H 2, float64: small cases of healthy numbers are right.",
    )
    found = diagnose(right, Finding("inputs stay", "xs", "xs is changed in place"), case)
    assert found.sentence == "xs is changed in place: inputs stay alone is refuted."


def test_an_answer_that_has_not_the_form_is_told_as_that():
    """Whether the run found it, or a case of the diagnosis does."""
    right = layer(lstm.forward, lstm.backward, model=models.lstm)
    told = "The engine does not answer in form: W is missing."
    assert diagnose(right, Finding("form", "", "W is missing"), small(right)).sentence == told
    broken = wrong_layer('return {"U": d_U, "W": d_W, "b": d_b}', 'return {"U": d_U, "W": d_W}')
    assert diagnose(broken, FOUND, small(broken)).sentence == (
        "The engine does not answer in form: the gradient of b is missing, needed an array (8,)."
    )


def test_a_scope_bounds_the_diagnosis():
    """One record, an initial state of zero, two steps, and no gradient of the state."""
    scope = Scope(states="zero", records=(1, 1), steps=(2, 2), blocks=("a", "x"))
    engine = wrong_layer("d_x[:, t] = dh", "d_x[:, t] = 0 * dh", models.scan, scan, scope=scope)
    found = diagnose(engine, FOUND, small(engine))
    assert found.sentence == "x is wrong (all zero): the derivative of one step is at fault."


def test_an_inaccurate_function_is_told_as_that():
    """A sigmoid by tanh, whose values near 0 are exact to a rounding of 1 alone: every oracle refutes it."""
    text = Path(lstm.__file__).read_text("utf-8")
    made = ModuleType("crude")
    exec(text.replace("e = np.exp(-np.abs(a))\n", "return (1 + np.tanh(a / 2)) / 2\n"), made.__dict__)
    engine = layer(made.forward, made.backward, model=models.lstm)
    case = small(engine)
    case.blocks["b"] -= 12
    found = [each for each in findings(engine, Truth(case)) if each.wrong is not None]
    assert "autograd" in {each.property for each in found}
    diagnosis = diagnose(engine, found[0], case)
    assert diagnosis.stage == "precision"
    assert "an inaccurate function is at fault" in diagnosis.sentence
