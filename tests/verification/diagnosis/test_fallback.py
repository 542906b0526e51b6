"""What is wrong with an engine that is right in every small case of healthy numbers."""

from dataclasses import replace

import numpy as np
import pytest

from tests.layers import lstm, planted
from verification import layer, models
from verification.diagnosis.fallback import of_right_answers
from verification.diagnosis.where import Elsewhere
from verification.models.case import random_case
from verification.properties.property import Finding

SIZES = {"H": 2, "D": 3}


def told(property_, case=None, right=None, wrong=None, **options):
    """The diagnosis of a layer with a line replaced, that a property refuted."""
    module = planted(lstm, right, wrong) if right else lstm
    engine = layer(module.forward, module.backward, model=models.lstm, **options)
    case = case or random_case(models.lstm, np.random.default_rng(0), SIZES, 3, 4)
    finding = Finding(property_, "U", "d_U[0]: got 1, want 2")
    return of_right_answers(engine, finding, case, Elsewhere(engine))


BY_ITSELF = {
    "lag by lag": ("lags", "one lag is wrong, by less than the sums over lags show"),
    "exact": ("exact", "in exact arithmetic alone it shows, and no rounding explains it"),
}


@pytest.mark.parametrize(("property_", "given"), BY_ITSELF.items(), ids=BY_ITSELF)
def test_what_sees_more_than_a_gradient_s_sum_is_told_by_itself(property_, given):
    """Nobody is asked again."""
    stage, says = given
    found = told(property_)
    assert (found.stage, str(found)) == (stage, f"d_U[0]: got 1, want 2: {says}.")


def test_a_tiny_state_that_a_part_begins_with_is_told_and_no_cut():
    """One call by itself shows it, with healthy numbers but for one."""
    found = told(
        "cut",
        None,
        "h, c = state\n    saved",
        "h, c = state[0], state[1] * (abs(state[1]) > 1e-5)\n    saved",
    )
    assert str(found) == (
        "outputs, final h0 and final c0 are wrong where a number of the state of c0 is below 1e-05: small "
        "cases of healthy numbers are right."
    )


@pytest.mark.slow
def test_what_a_part_of_a_sequence_shows_is_told_by_the_call_that_shows_it_as_well():
    """One call by itself is not right, where others of another size are wrong."""
    case = random_case(models.lstm, np.random.default_rng(0), SIZES, 3, 9)
    found = told("cut", case, "d_U += da.T @ x", "d_U += da.T @ x * (1 + (len(tape) > 16))")
    assert str(found) == (
        "U is wrong (twice what it should be) from T = 17 on: small cases of healthy numbers are right."
    )


def test_the_arrays_are_named_whose_layout_is_at_fault():
    """Where a property laid all of them out otherwise."""
    wrong = "W = W if W.base is None or W.base.ndim > 1 else W.base[: W.size].reshape(W.shape)"
    found = told(
        "memory layout", None, 'U, W = params["U"], params["W"]', f'U, W = params["U"], params["W"]; {wrong}'
    )
    assert (found.stage, str(found)) == (
        "conduct",
        "With U, W, b in memory: in one buffer, U, W, b, xs, h0, c0 are wrong: in C order it is right.",
    )


def test_what_fails_for_it_writes_into_what_is_read_only_is_told_as_that():
    """It is right where it may write."""
    case = replace(
        random_case(models.lstm, np.random.default_rng(0), SIZES, 3, 4), layouts={"d_outputs": "read-only"}
    )
    right = "dh, dc = d_state"
    found = told("form", case, right, f"d_outputs *= 2; d_outputs = d_outputs / 2; {right}")
    assert str(found) == (
        "d_outputs is changed in place: d_U[0]: got 1, want 2, with d_outputs in memory: read-only."
    )


def test_an_engine_that_is_right_when_it_is_asked_again_is_told_as_that():
    """Its answers are a matter of the calls before."""
    assert str(told("autograd")) == (
        "Answers differ from call to call, and this one is right where it is not the first: "
        "d_U[0]: got 1, want 2."
    )
