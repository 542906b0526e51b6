"""A series out of a CSV file: one column of numbers, and one of dates if there is one.

Whatever is wrong is reported with the numbers of its lines. A missing value, or a date that has no line, is
filled in, between its neighbours, only when that is asked for.
"""

import csv
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite, nan
from pathlib import Path
from re import ASCII, fullmatch
from typing import Any

import numpy as np

from rnn.app.calendar import Calendar, numbered, on_lines, parsed, spaced, unit_of
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
    """Values (S,) at equal distances, their name and their dates; ``filled`` are made up.

    ``inputs`` (S + A, D) are the columns beside them; those that are known ahead go on for A steps, in which
    the others stay as they are. ``first`` is the number of the first value, in the calendar if there
    is one.
    """

    name: str
    values: Array
    calendar: Calendar | None = None
    filled: int = 0
    inputs: Array = field(default_factory=lambda: np.zeros((0, 0)))
    first: int = 0


@dataclass(frozen=True)
class Columns:
    """Where a series is in a file, how to read it there, and which ``inputs`` stand beside it.

    Those of them that are ``known`` ahead may have values after the last of the series.
    """

    column: str
    date: str | None = None
    date_format: str | None = None
    separator: str = ","
    decimal: str = "."
    inputs: Sequence[str] = ()
    known: Sequence[str] = ()


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


def _cells(rows: Iterator[list[str]], columns: Columns) -> Iterator[tuple[int, str, list[str]]]:
    """The line, the date, which is "" without a column for it, and the value and inputs of each row."""
    header = [name.strip() for name in next(rows, [])]
    if not any(header):
        raise ValueError("no header, needed a first line with the names of the columns")
    named = (columns.date, columns.column, *columns.inputs)
    places = [None if name is None else _place(header, name, columns.separator) for name in named]
    for row in rows:
        line: int = rows.line_num  # type: ignore[attr-defined]
        if row and len(row) != len(header):
            raise ValueError(f"line {line}: {len(row)} fields, needed {len(header)} as the first line has")
        date, *cells = ("" if place is None or not row else row[place].strip() for place in places)
        yield line, date, cells


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


def _series(cells: Iterator[tuple[int, str, list[str]]], columns: Columns, fill: bool) -> Series:
    names = (columns.column, *columns.inputs)
    lines, dates, flat = [], [], array("d")
    for line, date, given in cells:
        if not any(given) and not date:
            # An empty line says nothing of a date; without dates it may be the end of the file.
            if columns.date is not None:
                continue
        elif columns.date is not None:
            dates.append(date)
        lines.append(line)
        flat.extend(_number(line, *each, columns.decimal) for each in zip(given, names, strict=True))
    found = np.array(flat).reshape(len(lines), len(names))
    if columns.date is None:
        there = np.flatnonzero(~np.isnan(found).all(axis=1))
        found = found[: there[-1] + 1 if len(there) else 0]
    if len(found) < 2:
        raise ValueError(f"{len(found)} rows, needed at least 2")
    where = np.array(lines[: len(found)])
    if columns.date is None:
        return _filled(columns, found, where, None, fill)
    ordinals = _ordinals(dates) if columns.date_format is None else []
    read_as: list[Any] = ordinals or [_date(*each, columns) for each in zip(lines, dates, strict=True)]
    when = np.array(read_as)
    if when[0] > when[-1]:
        found, where, when = found[::-1], where[::-1], when[::-1]
    calendar, first = None, 0
    if ordinals:
        numbers = spaced(when, where, columns.date)
        # Where they count the steps, they go on to do so.
        first = int(when[0]) if when[-1] - when[0] == numbers[-1] else 0
    else:
        calendar, numbers = numbered(when, where, columns.date)
        calendar = replace(calendar, unit=unit_of(dates, columns.date_format))
    spread = _spread(found, where, numbers, columns.date, fill)
    return replace(_filled(columns, *spread, calendar, fill), first=first)


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


def _spread(rows: Array, lines: Array, numbers: Array, date: str, fill: bool) -> tuple[Array, Array]:
    """The rows, NaN where the calendar has a date and the file none, and the line of each that is there."""
    gaps = np.flatnonzero(np.diff(numbers) > 1)
    missing = int(numbers[-1]) + 1 - len(numbers)
    if len(gaps) and not fill:
        some, them = ("date is", "it") if missing == 1 else ("dates are", "them")
        raise ValueError(
            f"{shown(date)}: {missing} {some} missing, after {on_lines(lines[gaps])}; --fill fills {them} in"
        )
    if missing > MOST_FILLED * len(numbers):
        raise ValueError(f"{shown(date)}: {missing} of {int(numbers[-1]) + 1} dates have no line")
    count = int(numbers[-1]) + 1
    filled, where = np.full((count, rows.shape[1]), nan), np.zeros(count, int)
    filled[numbers], where[numbers] = rows, lines
    return filled, where


def _filled(columns: Columns, rows: Array, lines: Array, calendar: Calendar | None, fill: bool) -> Series:
    """The series, with values on a straight line between their neighbours where there were none.

    Rows after the last value are those for which inputs are known ahead.
    """
    end = len(rows)
    if columns.known and not np.isnan(rows[:, 0]).all():
        end = int(np.flatnonzero(~np.isnan(rows[:, 0]))[-1]) + 1
    values, count = _between(columns.column, rows[:end, 0], lines, fill)
    inputs = np.zeros((len(rows), len(columns.inputs)))
    for place, name in enumerate(columns.inputs):
        upto = len(rows) if name in columns.known else end
        found, more = _between(name, rows[:upto, place + 1], lines, fill)
        inputs[:, place] = np.pad(found, (0, len(rows) - upto), mode="edge")
        count += more
    return Series(columns.column, values, calendar, count, inputs)


def _between(name: str, values: Array, lines: Array, fill: bool) -> tuple[Array, int]:
    """The values of a column without gaps, and how many are made up."""
    absent = np.isnan(values)
    count = int(absent.sum())
    if count and not fill:
        raise ValueError(
            f"{shown(name)}: no value on {on_lines(lines[: len(values)][absent])}; --fill fills them in"
        )
    there = np.flatnonzero(~absent)
    if len(there) < 2 or there[0] > 0 or there[-1] + 1 < len(values):
        raise ValueError(
            f"{shown(name)}: no value at an end, needed the first and the last to fill in between"
        )
    return np.interp(np.arange(len(values)), there, values[there]) if count else values, count


def _number(line: int, text: str, name: str, decimal: str) -> float:
    """The number, NaN where none is given."""
    if text.lower() in MISSING:
        return nan
    number = _parsed(text, decimal)
    if not isfinite(number):
        (other,) = (each for each in DECIMALS if each != decimal)
        hint = f", or --decimal {other}" if isfinite(_parsed(text, other)) else ""
        raise ValueError(f"line {line}: {shown(text)} in {shown(name)}, needed a finite number{hint}")
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
