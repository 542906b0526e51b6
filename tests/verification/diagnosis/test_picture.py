"""What a picture is made on: a small case where that shows the fault, or else the case that showed it."""

from dataclasses import replace

import numpy as np
import pytest

from tests.layers import lstm, planted
from verification import layer, models
from verification.diagnosis.picture import RIGHT, SILENT, picture
from verification.models.case import random_case


def made(right, wrong):
    """A layer with a line replaced, and a case of five records and two steps."""
    module = planted(lstm, right, wrong)
    case = random_case(models.lstm, np.random.default_rng(0), {"H": 2, "D": 3}, 5, 2)
    return layer(module.forward, module.backward, model=models.lstm), case


@pytest.mark.parametrize(
    ("right", "wrong", "told", "has_lags"),
    [
        ("d_W += da.T @ h_prev", "d_W += 2 * da.T @ h_prev", "N 3, T 5, D 3, H 2, float64", True),
        (
            "d_W += da.T @ h_prev",
            "d_W += da.T @ h_prev * (1 + (len(x) > 4))",
            "N 5, T 2, D 3, H 2, float64",
            True,
        ),
        ("c = f * c_prev + i * g", "c = f * c_prev + i * g + 1e-3", "N 3, T 5, D 3, H 2, float64", False),
    ],
    ids=["everywhere", "of many records", "the forward"],
)
def test_the_case_that_shows_it(right, wrong, told, has_lags):
    """A healthy one by choice; of a wrong forward no lags are told apart."""
    found = picture(*made(right, wrong))
    assert found.case == told
    assert (found.lags is not None) == has_lags
    assert found.numbers
    assert found.instead == ""


def test_what_cannot_be_drawn_is_said():
    """An engine that is right in one call, and one that never answers."""
    engine, case = made("dh = dh + d_outputs[:, t]", "dh += d_outputs[:, t]")
    assert picture(engine, case).instead == RIGHT
    engine, case = made("params, tape = saved", "params = saved[2]")
    assert picture(engine, case).instead == SILENT


def test_a_large_case_has_its_numbers_alone():
    """Its lag table would take minutes."""
    engine, case = made("d_U += da.T @ x", "d_U += da.T @ x * (1 + (len(x) > 10))")
    case = replace(case, **vars(random_case(models.lstm, np.random.default_rng(0), {"H": 2, "D": 3}, 12, 3)))
    found = picture(engine, case)
    assert (found.case, found.lags) == ("N 12, T 3, D 3, H 2, float64", None)
    assert [each.name for each in found.numbers] == ["U"]
