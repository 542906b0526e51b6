"""Dates at equal distances: which distance that is, which dates do not keep to it, and which come next."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from re import ASCII, findall, fullmatch
from typing import Any

import numpy as np

from rnn.common.arrays import Array
from rnn.common.checks import shown

DAY = 86_400

# How far a year's share may be from that of whole months, in months: two decimals are as near as that.
NEAR = 0.05

# A month has at least so many seconds. Distances from there on are counted in months where the days agree.
MONTH = 28 * DAY


@dataclass(frozen=True)
class Calendar:
    """Dates ``start``, one ``step`` later, and so on.

    ``kind``: "seconds", "weekdays" (Monday to Friday) or "months", which ``step`` counts. Months have a
    ``day``, or their last one where that is sooner. ``unit`` is what they are written to: "Y", "M" or "D".
    """

    kind: str
    step: int
    start: str
    day: int = 1
    unit: str = "D"

    def dates(self, first: int, count: int) -> Array:
        """So many dates from number ``first`` on, as datetime64[s]."""
        numbers = self.step * np.arange(first, first + count)
        start = np.datetime64(self.start, "s")
        if self.kind == "seconds":
            return np.asarray(start + numbers)
        if self.kind == "weekdays":
            return np.asarray(np.busday_offset(start.astype("M8[D]"), numbers).astype("M8[s]"))
        return _on_day(start.astype("M8[M]") + numbers, self.day).astype("M8[s]")

    def labels(self, first: int, count: int) -> list[str]:
        """The same as text, as they are written: the day alone where all are at midnight."""
        dates = self.dates(first, count)
        days = dates.astype(f"M8[{self.unit}]")
        return [str(date) for date in (days if (days == dates).all() else dates)]

    def place_of(self, other: "Calendar") -> int | None:
        """The number that another's first date has here; None if its dates are not among these."""
        if (self.kind, self.step, self.day) != (other.kind, other.step, other.day):
            return None
        start, date = (np.datetime64(each.start, "s") for each in (self, other))
        if self.kind == "seconds":
            between = int((date - start).astype(np.int64))
        elif self.kind == "weekdays":
            between = int(np.busday_count(start.astype("M8[D]"), date.astype("M8[D]")))
        else:
            between = int((date.astype("M8[M]") - start.astype("M8[M]")).astype(int))
        return None if between % self.step else between // self.step

    def as_json(self) -> dict[str, Any]:
        """Its fields."""
        return asdict(self)


def parsed(text: str, form: str | None) -> np.datetime64:
    """A date in ISO 8601 or in the ``form`` of strptime, UTC if it has a zone; or a ValueError.

    A year may be a number whose decimals are months, as R and statsmodels write them: 1871.0, 1949.083.
    """
    if form is not None:
        date = datetime.strptime(text, form)
    elif fullmatch(r"\d{4}(-\d{2})?", text):
        date = datetime.fromisoformat(f"{text}-01-01"[:10])
    elif fullmatch(r"\d{4}\.\d{1,18}", text, ASCII):
        date = datetime(int(text[:4]), _month(12 * float(text[4:])), 1)
    else:
        date = datetime.fromisoformat(text)
    if date.tzinfo is not None:
        date = date.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(date, "s")


def unit_of(texts: Sequence[str], form: str | None) -> str:
    """What dates in ISO 8601, or in the ``form`` of strptime, are written to: "Y", "M" or "D".

    >>> unit_of(["1871", "1872"], None), unit_of(["1949.0", "1949.083"], None), unit_of(["3/49"], "%m/%y")
    ('Y', 'M', 'M')
    """
    if form is not None:
        given = set(findall("%(.)", form))
        return "Y" if given <= {*"Yy"} else "M" if given <= {*"YymbB"} else "D"
    for unit, written in (("Y", r"\d{4}(\.0+)?"), ("M", r"\d{4}(-\d{2}|\.\d+)")):
        if all(fullmatch(written, text, ASCII) for text in texts):
            return unit
    return "D"


def numbered(dates: Array, lines: Array, name: str) -> tuple[Calendar, Array]:
    """The calendar that most of the dates keep to, and the number of each of them in it.

    dates (S,), S at least 2, increasing; ``lines``: where each stands. ValueError, with lines, where dates do
    not increase, or are not on the calendar.
    """
    steps = np.diff(dates).astype(np.int64)
    _refuse(name, lines, np.append(False, steps <= 0), "needed later dates than the line before")
    step = _commonest(steps)
    calendar, numbers = _weekdays(dates, step) or _months(dates, step) or _seconds(dates, step)
    _refuse(name, lines, numbers % 1 != 0, f"needed dates {_distance(calendar)} apart")
    return calendar, numbers.astype(np.int64)


def _month(months: float) -> int:
    """The month after so many; ValueError for what is no whole number of them, but for rounding."""
    whole = round(months)
    if abs(months - whole) > NEAR:
        raise ValueError(f"{months} months, needed a whole number of them")
    return whole + 1


def spaced(numbers: Array, lines: Array, name: str) -> Array:
    """The place of each ordinal (S,), S at least 2, at equal distances; ValueError as ``numbered``."""
    steps = np.diff(numbers)
    _refuse(name, lines, np.append(False, steps <= 0), "needed larger numbers than the line before")
    step = _commonest(steps)
    places = (numbers - numbers[0]) / step
    _refuse(name, lines, places % 1 != 0, f"needed numbers {step} apart")
    return np.asarray(places.astype(np.int64))


def _commonest(steps: Array) -> int:
    """The commonest distance, the least of several."""
    values, counts = np.unique(steps, return_counts=True)
    return int(values[counts.argmax()])


def _seconds(dates: Array, step: int) -> tuple[Calendar, Array]:
    numbers = (dates - dates[0]).astype(np.int64) / step
    return Calendar("seconds", step, str(dates[0])), numbers


def _weekdays(dates: Array, step: int) -> tuple[Calendar, Array] | None:
    """If they are a day apart, and none is on a weekend though there is one between them."""
    days = dates.astype("M8[D]")
    if step != DAY or (days != dates).any() or not np.is_busday(days).all():
        return None
    numbers = np.busday_count(days[0], days)
    if numbers[-1] == (days[-1] - days[0]).astype(int):
        return None
    return Calendar("weekdays", 1, str(dates[0])), numbers.astype(float)


def _months(dates: Array, step: int) -> tuple[Calendar, Array] | None:
    """If they are months apart, all on one day of the month, or on its last."""
    days = dates.astype("M8[D]")
    if step < MONTH or (days != dates).any():
        return None
    months = days.astype("M8[M]")
    day = int((days - months.astype("M8[D]")).astype(int).max()) + 1
    if (_on_day(months, day) != days).any():
        return None
    elapsed = months.astype(int) - int(months[0].astype(int))
    every = _commonest(np.diff(elapsed))
    return Calendar("months", every, str(dates[0]), day), elapsed / every


def _on_day(months: Array, day: int) -> Array:
    """That day of each month, or its last."""
    last = (months + 1).astype("M8[D]") - 1
    return np.asarray(np.minimum(months.astype("M8[D]") + (day - 1), last))


def _distance(calendar: Calendar) -> str:
    if calendar.kind == "seconds":
        days, rest = divmod(calendar.step, DAY)
        return f"{calendar.step} s" if rest else f"{days} days"
    return f"{calendar.step} {calendar.kind}"


def _refuse(name: str, lines: Array, wrong: Array, needed: str) -> None:
    if wrong.any():
        raise ValueError(f"{shown(name)}: {on_lines(lines[wrong])}, {needed}")


def on_lines(lines: Sequence[int] | Array) -> str:
    """The first of the lines by their numbers, and how many more there are.

    >>> on_lines([7]), on_lines([2, 3, 5, 7, 11])
    ('line 7', 'lines 2, 3, 5 and 2 more')
    """
    named = ", ".join(str(line) for line in lines[:3])
    more = f" and {len(lines) - 3} more" if len(lines) > 3 else ""
    return f"line{'s' if len(lines) > 1 else ''} {named}{more}"
