"""A gradient scales with its cotangents, but for what underflows."""

from dataclasses import replace

import numpy as np
import pytest

from tests.layers import lstm
from tests.verification.properties.refuting import refuted
from verification import layer, models
from verification.models.case import random_case
from verification.properties.linearity import linearity
from verification.properties.trial import Trial
from verification.properties.truth import Truth


def checked(engine, case, truth=Truth):
    """What is wrong."""
    return [str(wrong) for _, wrong, _ in linearity(Trial(engine, truth(case))) if wrong]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("limit", ["1e1", "1e3", "1e6"])
def test_a_clip_that_no_ordinary_cotangent_meets_is_seen(dtype, limit):
    """By this alone."""
    wrong = ("dh, dc = da @ W, dc * f", f"dh, dc = da @ W, np.clip(dc * f, -{limit}, {limit})")
    case = random_case(models.lstm, np.random.default_rng(0), {"H": 3, "D": 2}, 3, 4, dtype)
    assert set(refuted(*wrong, truth=Truth(case))) == {"linearity"}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("least", ["1e-6", "1e-9", "1e-12"])
def test_a_threshold_and_an_epsilon_are_seen(dtype, least):
    """What is below one is dropped, or has the other added to it."""
    case = random_case(models.lstm, np.random.default_rng(0), {"H": 3, "D": 2}, 1, 2, dtype)
    engine = layer(lstm.forward, lstm.backward, model=models.lstm)

    def dropped(saved, d_outputs, d_state):
        d_params, d_xs, d_initial = lstm.backward(saved, d_outputs, d_state)
        return d_params, d_xs * (abs(d_xs).max() > float(least)), d_initial

    def added(saved, d_outputs, d_state):
        d_params, d_xs, d_initial = lstm.backward(saved, d_outputs, d_state)
        return d_params, d_xs + d_xs.dtype.type(least), d_initial

    for backward in (dropped, added):
        wrong = checked(replace(engine, backward=backward), case)
        assert wrong
        assert all("times as large, divided by that: d_xs[" in each for each in wrong)


def test_what_underflows_is_no_fault():
    """Cotangents that are lost once they are scaled down: the scaled problem's own truth allows for that."""
    case = random_case(models.lstm, np.random.default_rng(0), {"H": 3, "D": 2}, 3, 4, np.float32)
    tiny = replace(case, objective=case.objective.replaced(lambda a: (a * 2.0**-90).astype(a.dtype)))
    assert checked(layer(lstm.forward, lstm.backward, model=models.lstm), tiny) == []
