"""A series out of a CSV file, or what is wrong with it, with the numbers of the lines."""

from dataclasses import replace

import numpy as np
import pytest

from rnn.app.calendar import Calendar
from rnn.app.table import Columns, read
from tests.rnn.refusals import refuse

PLAIN, DATED, SEMICOLONS = Columns("v"), Columns("v", "day"), Columns("v", None, None, ";")
COMMAS = Columns("v", None, None, ";", ",")
PRICED = Columns("v", inputs=("rain", "price"), known=("price",))


def series(tmp_path, content, columns=PLAIN, fill=False):
    """What is read of a file with this content."""
    path = tmp_path / "t.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, columns, fill)


@pytest.mark.parametrize(
    "content",
    [
        "v\n1\n2\n3\n",
        "v\r\n1\r\n2\r\n3",
        "﻿v\n1\n2\n3\n",
        "a,v\nx,1\ny,2\nz,3\n",
        'a, v ,"b\nc"\n"x\ny", 1 ,\n,2,"é"\n,"3",\n',
        "v\n1\n2\n3\n\n\n",
        b"a,v\n\xff,1\n,2e0\n,+3.0\n",
    ],
)
def test_values_are_read(tmp_path, content):
    """Whatever stands beside them, and however lines end."""
    found = series(tmp_path, content)
    assert found.values.tolist() == [1.0, 2.0, 3.0]
    assert (found.name, found.calendar, found.filled) == ("v", None, 0)


def test_dates_are_read(tmp_path):
    """Empty lines say nothing; newest first is turned round."""
    up = "day,v\n2000-01-01,1\n\n2000-01-02,2\n2000-01-03,3\n"
    down = "day;v\n2000-01-03;3\n2000-01-02;2\n2000-01-01;1\n"
    for found in (series(tmp_path, up, DATED), series(tmp_path, down, Columns("v", "day", None, ";"))):
        assert found.values.tolist() == [1.0, 2.0, 3.0]
        assert found.calendar == Calendar("seconds", 86400, "2000-01-01T00:00:00")


def test_what_is_missing_is_filled_in_when_that_is_asked_for(tmp_path):
    """On a straight line between the neighbours, and counted."""
    found = series(tmp_path, "v\n1\n\nNA\n4\n", fill=True)
    assert (found.values.tolist(), found.filled) == ([1.0, 2.0, 3.0, 4.0], 2)
    found = series(tmp_path, "day,v\n2000,1\n2001,?\n2004,5\n2005,6\n", DATED, fill=True)
    np.testing.assert_allclose(found.values, [1, 2, 3, 4, 5, 6])
    assert found.filled == 3
    down = "day,v\n2005,6\n2004,5\n2001,2\n2000,1\n"
    np.testing.assert_allclose(series(tmp_path, down, DATED, fill=True).values, [1, 2, 3, 4, 5, 6])


# By the columns that are read, and whether gaps are filled in: a table, and what is said of it.
WRONG = {
    (PLAIN, False): [
        ("\n1\n2\n", "no header"),
        ("v\n1\n", "1 rows, needed at least 2"),
        ("a,b\n1,2\n3,4\n", "no column 'v', needed one; there are a, b"),
        ("v,v\n1,2\n3,4\n", "2 columns 'v', needed one; there are v, v$"),
        ("v\n1\nx\n", "line 3: 'x' in 'v', needed a finite number$"),
        ("v\n1\n1,5\n", "line 3: 2 fields, needed 1 as the first line has"),
        ("v\n1\n\n2\n", "'v': no value on line 3; --fill fills them in"),
        ('v\n1\n"2\n', "line 3: unexpected end of data"),
        ("v\n1\n" + "9" * 200_000 + "\n", "line 3: field larger than field limit"),
        (b"v\n1\n\xff\n", "line 3: '\\udcff' in 'v'"),
        ("day;v\n2000;1\n", "no column 'v', needed one; there are day;v; --separator ';' has it$"),
        ('"day"\t"v"\n2000\t1\n', "line 1: ',' expected after '\"'; --separator '\\t' has it$"),
        ('v,a;v\n1,2\n"3', "line 3: unexpected end of data$"),
        ('"v"x\n1\n', "line 1: ',' expected after '\"'$"),
        ("Umsätze,w\n".encode("latin-1"), "no column 'v', …\\udce4tze, w; not all of that is UTF-8"),
        ("v\n1\n2\n".encode("utf-16"), "in UTF-16, needed UTF-8$"),
    ],
    (SEMICOLONS, False): [
        ("day,v\n", "no column 'v', needed one; there are day,v; --separator ',' has it$"),
        ("v\n1\n1,5\n", "line 3: '1,5' in 'v', needed a finite number, or --decimal ,$"),
        ("v\n1\nx,5\n", "line 3: 'x,5' in 'v', needed a finite number$"),
    ],
    (COMMAS, False): [
        ("v\n1\n1.5\n", "line 3: '1.5' in 'v', needed a finite number, or --decimal .$"),
        ("v\n1\n1.234,5\n", "line 3: '1.234,5' in 'v', needed a finite number$"),
    ],
    (DATED, False): [
        ("day,v\n2000,1\nsoon,2\n", "line 3: 'soon' in 'day', needed a date as YYYY-MM-DD"),
        ("day,v\n2000,1\n2000,2\n", "'day': line 3, needed later dates"),
        ("day,v\n2000,1\n2001,2\n2003,2\n", "'day': 1 date is missing, after line 3; --fill fills it"),
        ("day,v\n2000,1\n2001,\n2002,2\n", "'v': no value on line 3; --fill"),
        ("day,v\n1,1\n2,2\n5,5\n", "'day': 2 dates are missing, after line 3; --fill fills them"),
        ("day,v\n1,1\n3,2\n3,3\n", "'day': line 4, needed larger numbers than the line before$"),
        # What may be meant for dates is no ordinal.
        ("day,v\n199911,1\n199912,2\n200001,3\n", "line 2: '199911' in 'day', needed a date as YYYY-MM-DD"),
    ],
    (Columns("v", "day", "%Y"), False): [("day,v\n1,1\n2,2\n", "line 2: '1' in 'day'")],
    # An end has one neighbour, and a series of which most would be made up is none.
    (PLAIN, True): [("v\n\n1\n2\n", "'v': no value at an end")],
    (DATED, True): [
        ("day,v\n2000,1\n2001,2\n2002,\n", "'v': no value at an end"),
        ("day,v\n2000-01-01,1\n2000-01-02,2\n2001-01-01,2\n", "'day': 364 of 367 dates have no line"),
        ("day,v\n1,1\n2,2\n999999999999999,3\n", "'day': 999999999999996 of 999999999999999 dates"),
    ],
    (PRICED, False): [
        ("v,price\n1,2\n2,3\n", "no column 'rain', needed one; there are v, price"),
        ("v,rain,price\n1,5,9\n2,6,much\n", "line 3: 'much' in 'price', needed a finite number"),
        ("v,rain,price\n,1,2\n,2,3\n", "'v': no value on"),
        ("v,rain,price\n1,5,9\n2,,8\n3,7,7\n", "'rain': no value on line 3; --fill"),
        ("v,rain,price\n1,5,9\n2,6,8\n3,7,7\n,,\n,,5\n", "'price': no value on line 5; --fill"),
        ("v,rain,price\n1,5,9\n2,6,8\n3,,7\n,,6\n", "'rain': no value on line 4"),
    ],
    (PRICED, True): [("v,rain,price\n1,5,9\n2,6,8\n3,7,\n", "'price': no value at an end")],
}


@pytest.mark.parametrize(
    ("columns", "fill", "content", "said"), [(*how, *row) for how, rows in WRONG.items() for row in rows]
)
def test_what_is_wrong_is_named(tmp_path, columns, fill, content, said):
    """With its line; another separator, sign before decimals or encoding if there is a sign of it."""
    refuse(lambda: series(tmp_path, content, columns, fill), ValueError, f"…t.csv: {said}")


def test_a_comma_may_stand_before_decimals(tmp_path):
    """Where that is said; between fields stands something else, or quotes hold them together."""
    assert series(tmp_path, "a;v\n1,5;1,5\n;-2\n;+3,0e1\n", COMMAS).values.tolist() == [1.5, -2, 30]
    quoted = Columns("v", decimal=",")
    assert series(tmp_path, 'v\n"1,5"\n2\n",5"\n', quoted).values.tolist() == [1.5, 2, 0.5]


@pytest.mark.parametrize(
    ("dates", "form", "following"),
    [
        (("1700", "1701", "1702"), None, "1703"),
        # As other programs write years, quarters and months; down is turned round.
        (("1700.0", "1701.0", "1702.0"), None, "1703"),
        (("1959.75", "1959.5", "1959.25"), None, "1960-01"),
        (("1949.000", "1949.083", "1949.167", "1949.25"), None, "1949-05"),
        (("1700-01-01", "1701-01-01", "1702-01-01"), None, "1703-01-01"),
        (("1700-05", "1701-05", "1702-05"), None, "1703-05"),
        (("'00", "'05", "'10"), "'%y", "2015"),
        (("2000-01", "2000-02", "2000-03"), None, "2000-04"),
        (("2000", "2000-02", "2000-03"), None, "2000-04-01"),
        (("2000-01-01", "2000-02-01", "2000-03-01"), None, "2000-04-01"),
        (("Jan 2000", "Feb 2000", "Mar 2000"), "%b %Y", "2000-04"),
        (("1/1/2000", "2/1/2000", "3/1/2000"), "%m/%d/%Y", "2000-04-01"),
        # No ordinals: days without dashes, and years with months, which need a form.
        (("19991231", "20000101"), None, "2000-01-02"),
        (("199911", "199912", "200001"), "%Y%m", "2000-02"),
        (("2000-01-01 12:00", "2000-01-01 18:00"), None, "2000-01-02"),
    ],
)
def test_dates_are_written_as_they_were_given(tmp_path, dates, form, following):
    """Years stay years, and months stay months."""
    content = "\n".join(["day,v", *(f"{date},{place}" for place, date in enumerate(dates))])
    found = series(tmp_path, content, replace(DATED, date_format=form))
    assert found.calendar.labels(len(dates), 1) == [following]
    assert Calendar(**found.calendar.as_json()) == found.calendar
    assert found.calendar.place_of(replace(found.calendar, unit="D")) == 0


@pytest.mark.parametrize("rows", ["0,1\n1,2\n2,3\n", "7.0,1\n14.0,2\n21.0,3\n", "30,3\n20,2\n10,1\n"])
def test_rows_may_be_numbered(tmp_path, rows):
    """Ordinals at equal distances, up or down: there are no dates then, and an order."""
    found = series(tmp_path, f"day,v\n{rows}", DATED)
    assert (found.values.tolist(), found.calendar) == ([1, 2, 3], None)


@pytest.mark.parametrize("dated", [False, True])
def test_inputs_are_read(tmp_path, dated):
    """Beside the values, and ahead of them those that are known ahead, in either order of the dates."""
    rows = ["1,5,9", "2,6,8", "3,7,7", ",,6", ",8,5"]
    columns = Columns("v", "day" if dated else None, None, ",", ".", PRICED.inputs, PRICED.known)
    lines = [f"2000-01-0{number},{row}" for number, row in enumerate(rows, 1)] if dated else rows
    for order in (1, -1) if dated else (1,):
        content = "\n".join(["day,v,rain,price" if dated else "v,rain,price", *lines[::order], ""])
        found = series(tmp_path, content, columns)
        assert found.values.tolist() == [1, 2, 3]
        np.testing.assert_array_equal(found.inputs, [[5, 9], [6, 8], [7, 7], [7, 6], [7, 5]])
        assert found.first == 0


def test_inputs_are_filled_in_as_values_are(tmp_path):
    """And counted with them; not beyond the last one."""
    content = "v,rain,price\n1,5,9\n,,\n3,7,7\n,,\n,,5\n"
    found = series(tmp_path, content, PRICED, fill=True)
    assert (found.values.tolist(), found.filled) == ([1, 2, 3], 4)
    np.testing.assert_array_equal(found.inputs[:, 1], [9, 8, 7, 6, 5])


@pytest.mark.parametrize(("days", "first"), [((5, 6, 7), 5), ((7, 6, 5), 5), ((10, 20, 30), 0)])
def test_numbers_one_apart_count_the_steps(tmp_path, days, first):
    """From the least of them on; others say where a row stands, and no more."""
    rows = "".join(f"{day},{day}\n" for day in days)
    found = series(tmp_path, f"day,v\n{rows}", DATED)
    assert (found.first, found.calendar, found.values.tolist()) == (first, None, sorted(days))


def test_a_column_may_have_no_name(tmp_path):
    """That of the dates in a table that pandas wrote with its index."""
    content = ",v\n2000-01-01,1\n2000-01-02,2\n"
    found = series(tmp_path, content, Columns("v", ""))
    assert found.calendar.labels(0, 2) == ["2000-01-01", "2000-01-02"]
