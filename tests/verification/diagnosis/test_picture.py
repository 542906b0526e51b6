"""What a picture is made on: a small case where that shows the fault, or else the case that showed it."""

from dataclasses import replace

import pytest

from tests.cases import a_case
from tests.layers import lstm, planted
from verification import layer, models
from verification.diagnosis.picture import RIGHT, SILENT, picture


def made(right, wrong):
    """A layer with a line replaced, and a case of five records and two steps."""
    module = planted(lstm, right, wrong)
    case = a_case(models.lstm, 5, 2)
    return layer(module.forward, module.backward, model=models.lstm), case


@pytest.mark.parametrize(
    ("right", "wrong", "expected", "unmapped"),
    [
        ("d_W += da.T @ h_prev", "d_W += 2 * da.T @ h_prev", "N 3, T 5, D 3, H 2, float64", ""),
        (
            "d_W += da.T @ h_prev",
            "d_W += da.T @ h_prev * (1 + (len(x) > 4))",
            "N 5, T 2, D 3, H 2, float64",
            "",
        ),
        (
            "c = f * c_prev + i * g",
            "c = f * c_prev + i * g + 1e-3",
            "N 3, T 5, D 3, H 2, float64",
            "the forward is wrong already",
        ),
    ],
    ids=["everywhere", "of many records", "the forward"],
)
def test_the_case_that_shows_it(right, wrong, expected, unmapped):
    """A healthy one by choice; of a wrong forward no lags are distinguished, which is said."""
    found = picture(*made(right, wrong))
    assert found.case == expected
    assert (found.has_map, found.unmapped) == (not unmapped, unmapped)
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
    case = replace(case, **vars(a_case(models.lstm, 12, 3)))
    found = picture(engine, case)
    assert (found.case, found.lags) == ("N 12, T 3, D 3, H 2, float64", None)
    assert found.unmapped == "the case is large"
    assert [each.name for each in found.numbers] == ["U"]
