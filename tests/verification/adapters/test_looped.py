"""Loops over a step; test_step has the properties of engines that are looped."""

import numpy as np
import pytest

from verification.adapters.looped import looped
from verification.models.truncation import FULL, window
from verification.processes.invalid import InvalidAnswer


def step(params, x, state):
    """h′ = w h + x, of one record and one unit."""
    (h,) = state
    return (params["w"] * h + x,), (params["w"], h)


def step_back(saved, d_state):
    """Its backward."""
    w, h = saved
    (dh,) = d_state
    return {"w": np.sum(dh * h, axis=0)}, dh, (w * dh,)


PARAMS, XS, STATE = {"w": np.array([2.0])}, np.ones((1, 3, 1)), (np.zeros((1, 1)),)


@pytest.mark.parametrize(
    ("truncation", "d_w", "d_xs", "d_h0"),
    [(FULL, 6, [7, 3, 1], 14), (window(0), 4, [1, 1, 1], 2), (window(1), 6, [3, 3, 1], 6)],
)
def test_the_passes_are_those_of_a_layer(truncation, d_w, d_xs, d_h0):
    """Under a truncation: with a loss at every step, of cotangent 1."""
    forward, backward = looped(step, step_back, truncation)
    outputs, final, saved = forward(PARAMS, XS, STATE)
    assert outputs[0, :, 0].tolist() == [1, 3, 7]
    assert final[0].item() == 7
    d_params, d_inputs, d_initial = backward(saved, np.ones((1, 3, 1)), (np.zeros((1, 1)),))
    assert d_params["w"].tolist() == [d_w]
    assert d_inputs[0, :, 0].tolist() == d_xs
    assert d_initial[0].item() == d_h0


def test_a_step_that_changes_what_it_is_given_is_refused():
    """By name."""

    def changes(params, x, state):
        x += 1
        return step(params, x, state)

    forward, _ = looped(changes, step_back, FULL)
    with pytest.raises(InvalidAnswer, match=r"^step: x is changed in place$"):
        forward(PARAMS, XS, STATE)


def test_an_answer_that_a_later_call_changes_is_refused():
    """It belongs to the caller."""
    own = np.zeros(1)

    def reuses(saved, d_state):
        d_params, d_x, d_initial = step_back(saved, d_state)
        own[...] = d_params["w"]
        return {"w": own}, d_x, d_initial

    forward, backward = looped(step, reuses, FULL)
    saved = forward(PARAMS, XS, STATE)[2]
    with pytest.raises(InvalidAnswer, match=r"^step_back: d_params w is changed by a later call$"):
        backward(saved, np.ones((1, 3, 1)), (np.zeros((1, 1)),))
