"""A series out of a CSV file: one column of numbers, and one of dates if there is one.

Whatever is wrong is reported with the numbers of its lines. A missing value, or a date that has no line, is
filled in, between its neighbours, only when that is asked for.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path

import numpy as np

from rnn.app.calendar import Calendar, numbered, on_lines, parsed
from rnn.common.arrays import Array
from rnn.common.checks import cut, shown
from rnn.console.files import read_text

# What stands for no value, in any case of its letters.
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})

# Dates that are left out for each that is there, at most: with more the series would be made up.
MOST_FILLED = 10


@dataclass(frozen=True, eq=False)
class Series:
    """Values (S,) at equal distances, their name and their dates; ``filled`` are made up."""

    name: str
    values: Array
    calendar: Calendar | None = None
    filled: int = 0


@dataclass(frozen=True)
class Columns:
    """Where a series is in a file, and how to read it there."""

    column: str
    date: str | None = None
    date_format: str | None = None
    separator: str = ","


def read(path: Path, columns: Columns, fill: bool) -> Series:
    """The series in a file. OSError where it cannot be read, ValueError for what is wrong in it."""
    file = read_text(path, errors="surrogateescape", newline="")
    rows = csv.reader(file, delimiter=columns.separator, strict=True)
    try:
        return _series(_cells(rows, columns), columns, fill)
    except csv.Error as error:
        raise ValueError(f"{cut(str(path))}: line {rows.line_num}: {cut(str(error))}") from None
    except ValueError as error:
        raise ValueError(f"{cut(str(path))}: {error}") from None


def _cells(rows: Iterator[list[str]], columns: Columns) -> Iterator[tuple[int, str, str]]:
    """The line, the value and the date of each row, which is "" without a column for it."""
    header = [name.strip() for name in next(rows, [])]
    if not any(header):
        raise ValueError("no header, needed a first line with the names of the columns")
    places = [None if name is None else _place(header, name) for name in (columns.column, columns.date)]
    for row in rows:
        line: int = rows.line_num  # type: ignore[attr-defined]
        if row and len(row) != len(header):
            raise ValueError(f"line {line}: {len(row)} fields, needed {len(header)} as the first line has")
        yield line, *("" if place is None or not row else row[place].strip() for place in places)  # type: ignore[misc]


def _place(header: Sequence[str], name: str) -> int:
    found = [place for place, other in enumerate(header) if other == name]
    if len(found) != 1:
        given = "no column" if not found else f"{len(found)} columns"
        raise ValueError(f"{given} {shown(name)}, needed one; there are {cut(', '.join(header))}")
    return found[0]


def _series(cells: Iterator[tuple[int, str, str]], columns: Columns, fill: bool) -> Series:
    lines, values, dates = [], [], []
    for line, value, date in cells:
        if not value and not date:
            # An empty line says nothing of a date; without dates it may be the end of the file.
            if columns.date is not None:
                continue
        elif columns.date is not None:
            dates.append(_date(line, date, columns))
        lines.append(line)
        values.append(_number(line, value, columns.column))
    if columns.date is None:
        while values and values[-1] != values[-1]:
            values.pop()
    if len(values) < 2:
        raise ValueError(f"{len(values)} rows, needed at least 2")
    found, where = np.array(values), np.array(lines[: len(values)])
    if columns.date is None:
        return _filled(columns.column, found, where, None, fill)
    when = np.array(dates)
    if when[0] > when[-1]:
        found, where, when = found[::-1], where[::-1], when[::-1]
    calendar, numbers = numbered(when, where, columns.date)
    return _filled(columns.column, *_spread(found, where, numbers, columns.date, fill), calendar, fill)


def _spread(values: Array, lines: Array, numbers: Array, date: str, fill: bool) -> tuple[Array, Array]:
    """The values, NaN where the calendar has a date and the file none, and the line of each that is there."""
    gaps = np.flatnonzero(np.diff(numbers) > 1)
    missing = int(numbers[-1]) + 1 - len(numbers)
    if len(gaps) and not fill:
        raise ValueError(
            f"{shown(date)}: {missing} dates are missing, after {on_lines(lines[gaps])}; --fill fills them in"
        )
    if missing > MOST_FILLED * len(numbers):
        raise ValueError(f"{shown(date)}: {missing} of {int(numbers[-1]) + 1} dates have no line")
    filled, where = np.full(int(numbers[-1]) + 1, nan), np.zeros(int(numbers[-1]) + 1, int)
    filled[numbers], where[numbers] = values, lines
    return filled, where


def _filled(name: str, values: Array, lines: Array, calendar: Calendar | None, fill: bool) -> Series:
    """The series, with values on a straight line between their neighbours where there were none."""
    absent = np.isnan(values)
    count = int(absent.sum())
    if count and not fill:
        raise ValueError(f"{shown(name)}: no value on {on_lines(lines[absent])}; --fill fills them in")
    there = np.flatnonzero(~absent)
    if len(there) < 2 or there[0] > 0 or there[-1] + 1 < len(values):
        raise ValueError(
            f"{shown(name)}: no value at an end, needed the first and the last to fill in between"
        )
    if count:
        values = np.interp(np.arange(len(values)), there, values[there])
    return Series(name, values, calendar, count)


def _number(line: int, text: str, name: str) -> float:
    """The number, NaN where none is given."""
    if text.lower() in MISSING:
        return nan
    try:
        number = float(text.replace("_", "x"))
    except ValueError:
        number = nan
    if not isfinite(number):
        raise ValueError(f"line {line}: {shown(text)} in {shown(name)}, needed a finite number")
    return number


def _date(line: int, text: str, columns: Columns) -> np.datetime64:
    try:
        return parsed(text, columns.date_format)
    except ValueError:
        form = columns.date_format or "YYYY-MM-DD (or a --date-format)"
        raise ValueError(
            f"line {line}: {shown(text)} in {shown(columns.date)}, needed a date as {form}"
        ) from None
