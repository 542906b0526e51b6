"""Dates at equal distances: which they are, which come next, and which lines do not keep to them."""

import numpy as np
import pytest

from rnn.app.calendar import Calendar, numbered, parsed, spaced


def found(*texts):
    """The calendar and the numbers of dates on the lines from 2 on."""
    dates = np.array([parsed(text, None) for text in texts])
    calendar, numbers = numbered(dates, np.arange(2, 2 + len(dates)), "day")
    # Whatever a calendar numbers is what it says of the number.
    for date, number in zip(dates, numbers, strict=True):
        assert calendar.dates(int(number), 1)[0] == date
    return calendar, numbers.tolist()


@pytest.mark.parametrize(
    ("texts", "kind", "step", "following"),
    [
        (("1700", "1701", "1702"), "months", 12, "1703-01-01"),
        (("2000-01", "2000-02", "2000-03"), "months", 1, "2000-04-01"),
        (("2000-01-31", "2000-02-29", "2000-03-31", "2000-04-30"), "months", 1, "2000-05-31"),
        (("2000-01-15", "2000-04-15", "2000-07-15"), "months", 3, "2000-10-15"),
        (("2000-01-01", "2000-01-08", "2000-01-15"), "seconds", 7 * 86400, "2000-01-22"),
        (("2000-01-01", "2000-01-29", "2000-02-26"), "seconds", 28 * 86400, "2000-03-25"),
        (("2000-01-01", "2000-01-02", "2000-01-03"), "seconds", 86400, "2000-01-04"),
        (("2000-01-06", "2000-01-07", "2000-01-10"), "weekdays", 1, "2000-01-11"),
        (("2000-01-03", "2000-01-04", "2000-01-05"), "seconds", 86400, "2000-01-06"),
        (("2000-01-01T00:00", "2000-01-01T06:00"), "seconds", 21600, "2000-01-01T12:00:00"),
        (("2000-01-01T12:00", "2000-02-01T12:00"), "seconds", 31 * 86400, "2000-03-03T12:00:00"),
    ],
)
def test_the_distance_is_found(texts, kind, step, following):
    """In seconds, weekdays or months; the next date keeps to it."""
    calendar, numbers = found(*texts)
    assert (calendar.kind, calendar.step) == (kind, step)
    assert numbers == list(range(len(texts)))
    assert calendar.labels(len(texts), 1) == [following]


def test_dates_are_read_in_a_form():
    """In ISO 8601 with zones as UTC, or as strptime has it."""
    assert parsed("2000-01-01T00:30+01:00", None) == np.datetime64("1999-12-31T23:30")
    assert parsed("31.12.1999", "%d.%m.%Y") == np.datetime64("1999-12-31")
    assert parsed("1871.0", None) == parsed("1871.000", None) == np.datetime64("1871-01-01")
    assert parsed("1959.25", None) == np.datetime64("1959-04-01")


@pytest.mark.parametrize("digits", [2, 3, 6])
def test_a_year_may_have_months_for_decimals(digits):
    """Rounded as other programs write them; each month of them."""
    for month in range(12):
        assert parsed(f"{1949 + month / 12:.{digits}f}", None) == np.datetime64(f"1949-{month + 1:02}-01")


def test_ordinals_are_at_equal_distances():
    """The commonest; those that are left out have a place, and what lies between two has none."""
    lines = np.arange(2, 7)
    assert spaced(np.array([5, 8, 11, 17]), lines[:4], "n").tolist() == [0, 1, 2, 4]


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [
        (("seconds", 3600, "2001-01-01"), ("seconds", 3600, "2001-01-02T01:00"), 25),
        (("seconds", 3600, "2001-01-02"), ("seconds", 3600, "2001-01-01"), -24),
        (("seconds", 3600, "2001-01-01"), ("seconds", 3600, "2001-01-01T00:30"), None),
        (("weekdays", 1, "2001-01-05"), ("weekdays", 1, "2001-01-08"), 1),
        (("months", 3, "2001-01-31", 31), ("months", 3, "2002-01-31", 31), 4),
        (("months", 3, "2001-01-31", 31), ("months", 3, "2001-02-28", 31), None),
        (("months", 1, "2001-01-31", 31), ("months", 1, "2001-01-30", 30), None),
        (("seconds", 86_400, "2001-01-05"), ("weekdays", 1, "2001-01-08"), None),
    ],
)
def test_dates_have_a_place_among_others(one, other, place):
    """The number of the first, before the others as well; None where they are not among them."""
    first, second = Calendar(*one), Calendar(*other)
    assert first.place_of(second) == place
    if place is not None:
        assert first.labels(place, 3) == second.labels(0, 3)
