"""A gradient scales with its cotangents, but for what underflows."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import lstm, lstm_that, lstm_with
from tests.verification.properties.refuting import refuted_by
from verification import layer, models
from verification.properties.linearity import linearity
from verification.properties.trial import Trial
from verification.properties.truth import Truth


def checked(engine, case):
    return [str(wrong) for _, wrong, _ in linearity(Trial(engine, Truth(case))) if wrong]


in_both = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@in_both
@pytest.mark.parametrize("limit", ["1e1", "1e3", "1e6"])
def test_a_clip_that_no_ordinary_cotangent_meets_is_seen(dtype, limit):
    """By this alone."""
    engine = lstm_with("dh, dc = da @ W, dc * f", f"dh, dc = da @ W, np.clip(dc * f, -{limit}, {limit})")
    assert {*refuted_by(engine, a_case(models.lstm, 3, 4, dtype))} == {"linearity"}


@in_both
@pytest.mark.parametrize("least", ["1e-6", "1e-9", "1e-12"])
@pytest.mark.parametrize("does", ["*= abs(d_xs).max() > {}", "+= {}"])
def test_a_threshold_and_an_epsilon_are_seen(dtype, least, does):
    """What is below one is dropped, or has the other added to it."""
    wrong = checked(lstm_that(f"d_xs {does.format(least)}"), a_case(models.lstm, 1, 2, dtype))
    assert wrong
    assert all("times as large, divided by that: d_xs[" in each for each in wrong)


def test_what_underflows_is_no_fault():
    """Cotangents that are lost once they are scaled down: the scaled problem's own truth allows for that."""
    case = a_case(models.lstm, 3, 4, np.float32)
    tiny = replace(case, objective=case.objective.replaced(lambda a: (a * 2.0**-90).astype(a.dtype)))
    assert checked(layer(lstm.forward, lstm.backward, model=models.lstm), tiny) == []
