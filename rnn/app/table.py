"""A series out of a CSV file: one column of numbers, and one of dates if there is one.

Whatever is wrong is reported with the numbers of its lines. A missing value, or a date that has no line, is
filled in, between its neighbours, only when that is asked for.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from re import ASCII, fullmatch
from typing import Any

import numpy as np

from rnn.app.calendar import Calendar, numbered, on_lines, parsed, spaced
from rnn.common.arrays import Array
from rnn.common.checks import cut, shown
from rnn.console.files import read_text

# What stands for no value, in any case of its letters.
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})

# What may stand between two fields, or before the decimals, where something else was said.
SEPARATORS, DECIMALS = (",", ";", "\t", "|"), (".", ",")

# What bytes that are no UTF-8 begin with where all is in UTF-16, and how they are read.
UTF_16 = ("\udcff\udcfe", "\udcfe\udcff")

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
    decimal: str = "."


def read(path: Path, columns: Columns, fill: bool) -> Series:
    """The series in a file. OSError where it cannot be read, ValueError for what is wrong in it."""
    file = read_text(path, errors="surrogateescape", newline="")
    rows = csv.reader(file, delimiter=columns.separator, strict=True)
    try:
        return _series(_cells(rows, columns), columns, fill)
    except (csv.Error, ValueError) as error:
        file.seek(0)
        header, said = file.readline(), str(error)
        if header[:2] in UTF_16:
            said = "in UTF-16, needed UTF-8"
        elif isinstance(error, csv.Error):
            # Quotes about a name that is followed by another separator are none.
            hint = _why_not(header, columns.column, columns.separator) if rows.line_num == 1 else ""
            said = f"line {rows.line_num}: {cut(said)}{hint}"
        raise ValueError(f"{cut(str(path))}: {said}") from None


def _cells(rows: Iterator[list[str]], columns: Columns) -> Iterator[tuple[int, str, str]]:
    """The line, the value and the date of each row, which is "" without a column for it."""
    header = [name.strip() for name in next(rows, [])]
    if not any(header):
        raise ValueError("no header, needed a first line with the names of the columns")
    named = (columns.column, columns.date)
    places = [None if name is None else _place(header, name, columns.separator) for name in named]
    for row in rows:
        line: int = rows.line_num  # type: ignore[attr-defined]
        if row and len(row) != len(header):
            raise ValueError(f"line {line}: {len(row)} fields, needed {len(header)} as the first line has")
        yield line, *("" if place is None or not row else row[place].strip() for place in places)  # type: ignore[misc]


def _place(header: Sequence[str], name: str, separator: str) -> int:
    found = [place for place, other in enumerate(header) if other == name]
    if len(found) != 1:
        given = "no column" if not found else f"{len(found)} columns"
        there = cut(", ".join(header))
        hint = _why_not(separator.join(header), name, separator)
        raise ValueError(f"{given} {shown(name)}, needed one; there are {there}{hint}")
    return found[0]


def _why_not(line: str, name: str, separator: str) -> str:
    """What may be the reason why a name is not in a header, if there is one to see."""
    for other in SEPARATORS:
        if (
            other != separator
            and other in line
            and name in [each.strip(' "\r\n') for each in line.split(other)]
        ):
            return f"; --separator {shown(other)} has it"
    # Bytes that are no UTF-8 are read as halves of surrogates.
    return (
        "; not all of that is UTF-8, which is needed" if any("\udc80" <= c <= "\udcff" for c in line) else ""
    )


def _series(cells: Iterator[tuple[int, str, str]], columns: Columns, fill: bool) -> Series:
    lines, values, dates = [], [], []
    for line, value, date in cells:
        if not value and not date:
            # An empty line says nothing of a date; without dates it may be the end of the file.
            if columns.date is not None:
                continue
        elif columns.date is not None:
            dates.append(date)
        lines.append(line)
        values.append(_number(line, value, columns))
    if columns.date is None:
        while values and values[-1] != values[-1]:
            values.pop()
    if len(values) < 2:
        raise ValueError(f"{len(values)} rows, needed at least 2")
    found, where = np.array(values), np.array(lines[: len(values)])
    if columns.date is None:
        return _filled(columns.column, found, where, None, fill)
    ordinals = _ordinals(dates) if columns.date_format is None else []
    read_as: list[Any] = ordinals or [_date(*each, columns) for each in zip(lines, dates, strict=True)]
    when = np.array(read_as)
    if when[0] > when[-1]:
        found, where, when = found[::-1], where[::-1], when[::-1]
    calendar = None
    if ordinals:
        numbers = spaced(when, where, columns.date)
    else:
        calendar, numbers = numbered(when, where, columns.date)
    return _filled(columns.column, *_spread(found, where, numbers, columns.date, fill), calendar, fill)


def _ordinals(dates: Sequence[str]) -> list[int]:
    """Numbers that count the rows, nothing where the column holds dates, or what may be meant for them."""
    if not all(fullmatch(r"\d{1,15}(\.0+)?", each, ASCII) for each in dates) or all(map(_is_date, dates)):
        return []
    if all(len(each) == 6 and 1 <= int(each[4:]) <= 12 for each in dates):
        # Years with months, which need a --date-format.
        return []
    return [int(each.partition(".")[0]) for each in dates]


def _is_date(text: str) -> bool:
    try:
        parsed(text, None)
    except ValueError:
        return False
    return True


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


def _number(line: int, text: str, columns: Columns) -> float:
    """The number, NaN where none is given."""
    if text.lower() in MISSING:
        return nan
    number = _parsed(text, columns.decimal)
    if not isfinite(number):
        (other,) = (each for each in DECIMALS if each != columns.decimal)
        hint = f", or --decimal {other}" if isfinite(_parsed(text, other)) else ""
        raise ValueError(
            f"line {line}: {shown(text)} in {shown(columns.column)}, needed a finite number{hint}"
        )
    return number


def _parsed(text: str, decimal: str) -> float:
    """A number with this before its decimals, and with nothing between its thousands; NaN for none."""
    (other,) = (each for each in DECIMALS if each != decimal)
    try:
        return float(text.replace("_", "x").replace(other, "x").replace(decimal, "."))
    except ValueError:
        return nan


def _date(line: int, text: str, columns: Columns) -> np.datetime64:
    try:
        return parsed(text, columns.date_format)
    except ValueError:
        form = columns.date_format or "YYYY-MM-DD (or a --date-format)"
        raise ValueError(
            f"line {line}: {shown(text)} in {shown(columns.date)}, needed a date as {form}"
        ) from None
