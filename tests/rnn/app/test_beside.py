"""Rows of inputs beside the steps of a series: no more of them than is known at an origin."""

import numpy as np
import pytest

from rnn.app.beside import NOTHING, Beside

ROWS = np.arange(12.0).reshape(6, 2)


def test_nothing_has_no_columns():
    """Of as many steps as are asked for."""
    assert NOTHING.upto(3).shape == (3, 0)
    assert NOTHING.around(4, 6, 2, 5).shape == (3, 7, 0)


def test_what_is_known_ahead_goes_on():
    """Up to the last row, which stands for those after it."""
    beside = Beside(ROWS, np.array([False, False]))
    assert beside.upto(4).tolist() == ROWS[:4].tolist()
    found = beside.around(2, 4, 2, 2)
    assert found[:, :, 0].tolist() == [[2, 4, 6, 8], [4, 6, 8, 10], [6, 8, 10, 10]]


@pytest.mark.parametrize("steps", [1, 3])
def test_what_is_lagged_stays(steps):
    """As it is beside the first step ahead, whatever comes later; the rows themselves are as they were."""
    rows = ROWS.copy()
    found = Beside(rows, np.array([False, True])).around(1, 3, 2, steps)
    assert found[0, :, 1].tolist() == [1, 3, *[5] * steps]
    assert found[2, :, 0].tolist() == [4, 6, 8, 10, 10][: 2 + steps]
    assert found[2, :, 1].tolist() == [5, 7, *[9] * steps]
    np.testing.assert_array_equal(rows, ROWS)
