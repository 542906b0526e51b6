"""What stands beside a series: columns that are known ahead or lagged, cycles of dates, and a long season."""

import numpy as np
import pytest

from rnn.app.calendar import Calendar
from rnn.app.inputs import SeriesInputs, cycles_of
from rnn.app.table import Series

DAYS = Calendar("seconds", 86_400, "2001-01-01")
nan = np.nan


def series(count, inputs, calendar=None, first=0):
    """Values that do not matter, with columns beside them."""
    return Series("v", np.zeros(count), calendar, 0, np.array(inputs, float), first)


def test_a_step_has_what_is_known_before_it():
    """The column's own value if it is known ahead, and else the one before; beyond the end it stays."""
    given = series(3, [[1, 10], [2, 20], [3, 30], [4, nan], [5, nan]])
    inputs = SeriesInputs(("a", "b"), ("a",))
    found = inputs.beside(given, 2)
    assert found.rows.tolist() == [[1, 10], [2, 10], [3, 20], [4, 30], [5, 30]]
    assert found.lagged.tolist() == [False, True]
    assert inputs.beside(given).rows.tolist() == found.rows[:3].tolist()
    assert inputs.said() == ["Inputs: a, known ahead; b, lagged"]


@pytest.mark.parametrize(
    ("cycle", "steps", "columns"), [("year", 365, 4), ("week", 7, 6), ("day", 24, 4), ("season", 10, 6)]
)
def test_a_cycle_repeats_itself(cycle, steps, columns):
    """After so many steps, and no sooner; it begins with the year, with Monday, at midnight."""
    calendar = Calendar("seconds", 3600, "2001-01-01") if cycle == "day" else DAYS
    inputs = SeriesInputs(cycles=(cycle,), season=10)
    rows = inputs.beside(series(2 * steps, np.zeros((0, 0)), calendar)).rows
    assert rows.shape == (2 * steps, columns)
    np.testing.assert_allclose(rows[0], [0] * (columns // 2) + [1] * (columns // 2), atol=1e-9)
    np.testing.assert_allclose(rows[steps:], rows[:steps], atol=1e-9)
    assert abs(rows[1:steps] - rows[0]).max(axis=1).min() > 1e-3
    np.testing.assert_allclose(
        rows[1, [0, columns // 2]], [np.sin(2 * np.pi / steps), np.cos(2 * np.pi / steps)]
    )
    later = inputs.beside(series(5, np.zeros((0, 0)), calendar, first=3), 2).rows
    np.testing.assert_allclose(later, rows[3:10] if len(rows) > 9 else np.tile(rows, (2, 1))[3:10], atol=1e-9)
    assert inputs.said() == [f"Inputs: sines of the {cycle}"]


@pytest.mark.parametrize(
    ("calendar", "steps", "cycles"),
    [
        (DAYS, 1023, ["year", "week"]),
        (DAYS, 100, ["week"]),
        (Calendar("months", 1, "2001-01-01"), 30, ["year"]),
        (Calendar("months", 3, "2001-01-01"), 30, ["year"]),
        (Calendar("seconds", 3600, "2001-01-01"), 24 * 400 * 2, ["year", "week", "day"]),
        (Calendar("seconds", 3600, "2001-01-01"), 50, ["day"]),
        (Calendar("weekdays", 1, "2001-01-01"), 60, ["week"]),
    ],
)
def test_cycles_are_those_that_are_there_twice(calendar, steps, cycles):
    """Of two steps at least."""
    assert cycles_of(calendar, steps) == cycles
