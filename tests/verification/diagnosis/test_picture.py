"""What a picture is made on: a small case where that shows the fault, or else the case that showed it; and
its numbers, given beside those expected.
"""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import lstm, lstm_with, planted
from verification import layer, models
from verification.diagnosis.picture import POINTS, RIGHT, SILENT, beside, picture, wrong_beside
from verification.diagnosis.probe import healthy_case, look_at


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


@pytest.mark.parametrize("count", [POINTS, POINTS + 1, 10_000])
def test_of_many_numbers_the_worst_is_among_those_shown(count):
    """And not many more than a picture holds."""
    want = np.linspace(-1, 1, count)
    got = want.copy()
    got[count // 3] += 7
    found = beside("W", "", got, want, 1e-9)
    assert found.count == count
    assert len(found.given) <= POINTS
    assert found.wrong.sum() == 1


def test_parts_stand_apart_where_some_are_right():
    """The wrong blocks alone; and of a wrong forward its own parts."""
    for right, other, names in (
        ("d_b += da.sum(axis=0)", "d_b += da.sum(axis=0) * np.repeat([1, 2, 1, 1], len(W.T))", "b"),
        ("d_W += da.T @ h_prev", "d_W += da.T @ h_prev * 2", "W"),
    ):
        engine = lstm_with(right, other)
        found = list(wrong_beside(look_at(engine, healthy_case(engine))))
        assert {each.name for each in found} == {names}
        wrong = {each.part: bool(each.wrong.any()) for each in found}
        assert wrong == ({"i": False, "f": True, "g": False, "o": False} if names == "b" else {"": True})
    engine = layer(lstm.forward, lstm.backward, model=models.lstm, arrays={"gates": "igfo"})
    found = list(wrong_beside(look_at(engine, healthy_case(engine))))
    assert {each.name for each in found} == {"outputs", "final h0", "final c0"}
