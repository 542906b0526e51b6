"""Other computations with the same forward."""

import numpy as np
import pytest

from tests.verification.judging.by_hand import vanilla_by_hand
from verification import models
from verification.diagnosis.alternatives import (
    never_updated,
    overwritten,
    with_slopes,
    with_states_after,
    without_carry,
)
from verification.models.case import final_cotangents, outputs_cotangent, random_case
from verification.truth import replay
from verification.truth.table import grouped_table


def case_of(model, steps=4):
    """A case of three records."""
    sizes = {"H": 2, "D": 3}
    return random_case(
        model, np.random.default_rng(0), {n: sizes[n] for n in model.dimensions if n in sizes}, 3, steps
    )


CASE = case_of(models.lstm)


def same_forward(case):
    """Are its outputs those of the case?"""
    got, want = (grouped_table(each).forward()["outputs"].truth for each in (case, CASE))
    return np.allclose(got, want, 1e-12, 1e-12)


def test_a_state_that_carries_nothing_has_no_gradient():
    """And no other state's flow is cut."""
    other = without_carry(CASE, (1,))
    assert same_forward(other)
    gradients = replay.gradient(other)
    assert not gradients["c0"].any()
    assert gradients["h0"].any()


def test_an_overwritten_state_is_owed_what_arrives_at_step_0():
    """And nothing from later on: a scan's is the first output's cotangent, carried once."""
    case = case_of(models.scan)
    gradients = replay.gradient(overwritten(case, 0))
    np.testing.assert_allclose(gradients["x"].astype(float), outputs_cotangent(case))
    want = case.blocks["a"][:, 0] * outputs_cotangent(case)[:, 0]
    np.testing.assert_allclose(gradients["h0"].astype(float), want)


def test_what_is_never_updated_comes_back_at_every_step():
    """Of a scan the cotangents of the output and of the final state."""
    case = case_of(models.scan)
    made = never_updated(case)
    (final,) = final_cotangents(case)
    for gradients in made.values():
        want = outputs_cotangent(case) + final[:, None]
        np.testing.assert_allclose(gradients["x"].astype(float), want)
    carried, untouched = (gradients["h0"].astype(float) for gradients in made.values())
    np.testing.assert_allclose(untouched, final)
    np.testing.assert_allclose(carried, case.blocks["a"][:, 0] * (outputs_cotangent(case)[:, 0] + final))


@pytest.mark.slow
def test_slopes_change_and_values_do_not():
    """In one call, in a role, in all; a slope that is the function's own changes nothing."""
    made = dict(with_slopes(CASE))
    assert all(map(same_forward, made.values()))
    own = replay.gradient(made["the slope of sigmoid were y (1 − y)"])
    right = replay.gradient(CASE)
    np.testing.assert_allclose(own["W"].astype(float), right["W"].astype(float), 1e-12)
    wrong = replay.gradient(made["the slope of sigmoid were taken at its value"])
    assert not np.allclose(wrong["W"].astype(float), right["W"].astype(float))


@pytest.mark.parametrize("model", [models.scan, models.linear])
def test_a_model_without_functions_has_no_other_slopes(model):
    """There is no call to change."""
    assert list(with_slopes(case_of(model))) == []


def test_a_state_after_the_step_stands_for_the_one_before():
    """In what is made of it, and not in what flows."""
    case = case_of(models.vanilla)
    ((_, other),) = with_states_after(case)
    gradients = replay.gradient(other)
    for name, want in vanilla_by_hand(case, lambda dh, da, W: da @ W, before=1).items():
        np.testing.assert_allclose(gradients[name].astype(float), want, 1e-10, 1e-13)
