"""Numbers given beside those expected."""

import numpy as np
import pytest

from tests.layers import lstm, lstm_with
from verification import layer, models
from verification.diagnosis.got_against_want import POINTS, beside, wrong_beside
from verification.diagnosis.probe import healthy_case, look_at


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
