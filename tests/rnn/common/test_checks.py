"""What an argument has to be, and what a message shows of one that is not: a line, whatever was given."""

import re
import sys
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.common.arrays import FLOATS
from rnn.common.checks import (
    LINE,
    check_encodable,
    check_named_functions,
    checked_by_name,
    checked_count,
    checked_dtype,
    checked_flag,
    checked_number,
    cut,
    in_memory,
    keep,
    kind_of,
    offers,
    shown,
)


@given(st.text())
def test_what_is_cut_is_one_printable_line(text):
    """Of any text: no line break, no control character, no more than a line."""
    line = cut(text)
    assert len(line) <= LINE
    assert line.isprintable()


def test_a_short_line_stays_as_it_is():
    """Up to the last character that fits, and from there on an ellipsis says that more was there."""
    assert cut("é" * LINE) == "é" * LINE
    assert cut("x" * (LINE + 1)) == "x" * (LINE - 1) + "…"
    assert cut(" " * 10_000 + "x").endswith("…")
    assert cut("one\ntwo\x00\x1b[31m") == "one two\\x00\\x1b[31m"


class Large:
    """A value that shows itself in 50 MB."""

    def __repr__(self):
        return "x" * 50_000_000


class Mute:
    """A value that cannot show itself."""

    def __repr__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        ("full", "'full'"),
        (None, "None"),
        (np.True_, "np.True_"),
        (Mute(), "<Mute instance at "),
    ],
)
def test_a_value_shows_itself_or_its_class(value, text):
    """As Python writes it where it can be written."""
    assert shown(value).startswith(text)


def test_an_integer_that_python_does_not_write_is_one():
    """Of more than 4,300 digits: the name of its class takes their place."""
    assert shown(10**5000) == "int"


@pytest.mark.parametrize(
    "value", [Large(), "x" * 10**7, [Large()] * 5, list(range(10**6)), {i: i for i in range(10**5)}, 10**400]
)
def test_a_large_value_is_cut(value):
    """To a line, with the beginning of what it is."""
    assert len(shown(value)) <= LINE


def test_a_class_that_hides_its_name_is_no_obstacle():
    """Not even one whose name is long and of several lines."""
    assert kind_of(type("a\n" + "b" * 1000, (), {})()) == cut("a " + "b" * 1000)


def test_a_frozen_field_is_set():
    """Where a frozen dataclass is being made."""

    @dataclass(frozen=True)
    class Point:
        x: int
        y: int

    point = Point(1, 2)
    keep(point, x=3, y=4)
    assert point == Point(3, 4)


class Raising:
    """An object whose attributes raise."""

    def __getattr__(self, name):
        raise RuntimeError(name)


def test_an_object_offers_methods():
    """A class stands where its object was meant, and what is no method, or raises, is none."""
    assert offers("text", "upper", "lower")
    assert offers(print, "__call__")
    assert not offers("text", "upper", "missing")
    assert not offers(str, "upper")
    assert not offers(Fraction(1), "numerator")
    assert not offers(Raising(), "anything")


@pytest.mark.parametrize(
    ("name", "functions", "message"),
    [
        (3, {"value": print}, "Loss.name: 3, needed a str"),
        ("x", {"value": 3}, "Loss.value: 3, needed a function of two arrays"),
        ("x", {"value": print, "slope": None}, "Loss.slope: None, needed a function of two arrays"),
        ("x", {"value": int}, "Loss.value: <class 'int'>, needed a function of two arrays"),
    ],
)
def test_a_pair_of_functions_has_a_name(name, functions, message):
    """The message holds the one that is wrong."""
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        check_named_functions("Loss", name, **functions)


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3)])
def test_a_count_is_an_int(value):
    """An integer of at least ``least``, Python's or NumPy's, comes back as an int."""
    count = checked_count("k", value, 3)
    assert count == 3
    assert type(count) is int


@pytest.mark.parametrize("value", [True, 2.0, "2", None, np.True_, Fraction(2)])
def test_what_is_no_integer_is_no_count(value):
    """A bool, a float or anything else is a TypeError that shows it."""
    with pytest.raises(TypeError, match=re.escape(f"k: {value!r}, needed an integer of at least 0")):
        checked_count("k", value, 0)


@pytest.mark.parametrize(("value", "least"), [(-1, 0), (0, 1), (np.int64(2), 3)])
def test_a_count_below_the_least_is_refused(value, least):
    """The message holds the count and the least one."""
    with pytest.raises(ValueError, match=f"^k: {value}, needed at least {least}$"):
        checked_count("k", value, least)


@pytest.mark.parametrize("value", [True, False, np.True_, np.False_])
def test_a_flag_is_a_bool(value):
    """In Python's own type."""
    assert checked_flag("states", value) is bool(value)


@pytest.mark.parametrize("value", [0, 1, "no", None, np.int8(1), [True]])
def test_what_is_no_bool_is_no_flag(value):
    """However true it may count."""
    with pytest.raises(TypeError, match=f"^states: {re.escape(repr(value))}, needed True or False$"):
        checked_flag("states", value)


def test_a_dtype_is_found_by_any_name():
    """By NumPy's type, by its name, or as it is."""
    for given_ in (np.float32, "float32", np.dtype(np.float32)):
        assert checked_dtype(given_, FLOATS, "a float") == np.dtype(np.float32)


@pytest.mark.parametrize(
    ("dtype", "shown"),
    [
        (np.int64, "int64"),
        (object, "object"),
        ("halves", "'halves'"),
        (3, "3"),
        ({"names": ["a"]}, "{'names"),
    ],
)
def test_another_dtype_is_refused(dtype, shown):
    """Shown beside what is needed, and what is none at all as well."""
    with pytest.raises(TypeError, match=rf"^dtype: {re.escape(shown)}.*, needed a float$"):
        checked_dtype(dtype, FLOATS, "a float")


class Five(int):
    """An integer that says otherwise when it is converted."""

    def __int__(self):
        return -5


def test_what_is_checked_is_what_is_kept():
    """Of a subclass of int too, whatever its methods say."""
    count = checked_count("k", Five(5), 3)
    assert (count, type(count)) == (5, int)


@pytest.mark.parametrize("value", [np.timedelta64(3, "D"), np.timedelta64(3, "s"), np.datetime64(3, "s")])
def test_a_time_is_no_count_or_number(value):
    """NumPy's timedelta64 is one of its signed integers, by inheritance alone."""
    with pytest.raises(TypeError, match=r"^k: .*, needed an integer of at least 0$"):
        checked_count("k", value, 0)


@pytest.mark.parametrize("value", [2**63, 10**400, np.uint64(2**64 - 1)])
def test_a_count_that_no_axis_has_is_refused(value):
    """NumPy would wrap it, or make nothing of it."""
    with pytest.raises(ValueError, match=f"^k: .*, needed at most {sys.maxsize}$"):
        checked_count("k", value, 0)
    assert checked_count("k", sys.maxsize, 0) == sys.maxsize
    with pytest.raises(ValueError, match=f"^k: int, needed at most {sys.maxsize}$"):
        checked_count("k", 10**5000, 0)


@pytest.mark.parametrize(
    "value", [2, 2.0, np.float32(2), np.float64(2), np.longdouble(2), np.uint8(2)], ids=repr
)
def test_a_number_is_a_float(value):
    """Python's or NumPy's, integers too."""
    number = checked_number("rate", value)
    assert (number, type(number)) == (2.0, float)


@pytest.mark.parametrize("value", [True, np.True_, "2", None, 2j, Fraction(2), np.timedelta64(2, "D"), [2.0]])
def test_what_is_no_number_is_refused(value):
    """A TypeError shows it."""
    with pytest.raises(TypeError, match=f"^rate: {re.escape(shown(value))}, needed a number$"):
        checked_number("rate", value)


def test_a_number_that_no_float_holds_is_refused():
    """Python's integers have no largest."""
    with pytest.raises(ValueError, match=r"^rate: 10+\.\.\.0+, needed a number that a float holds$"):
        checked_number("rate", 10**400)


@pytest.mark.parametrize("shape", [(10**15,), (2**40, 2**40), (2**70,)])
def test_what_does_not_fit_in_memory_is_named(shape):
    """Whether it is too large for the machine, for an index or for an integer."""
    message = "^steps: many, needed fewer: it does not fit in memory$"
    with pytest.raises(MemoryError, match=message), in_memory("steps: many", "fewer"):
        np.empty(shape)


def test_what_is_cut_is_looked_at_no_further_than_four_lines():
    """However little a longer text comes to without its spaces, that it goes on is told."""
    spaces = " " * 4 * LINE
    assert cut(spaces[:-1] + "x") == "x"
    assert cut(spaces + "x") == "…"


@pytest.mark.parametrize("values", [{}, {"a": 1, "": None}, MappingProxyType({"a": 1})])
def test_values_by_name_are_a_dict(values):
    """A new one, equal to what was given; none for None."""
    found = checked_by_name("about", values)
    assert type(found) is dict
    assert found == values
    assert found is not values
    assert checked_by_name("about", None) == {}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (3, "3, needed a dict from names to values, or None"),
        ("", "'', needed a dict from names to values, or None"),
        ([("a", 1)], "[('a', 1)], needed a dict from names to values, or None"),
        (dict, "<class 'dict'>, needed a dict from names to values, or None"),
        ({"a": 1, 1: 2}, "1 as a key, needed names, each a str"),
        ({b"a": 1}, "b'a' as a key, needed names, each a str"),
    ],
)
def test_what_has_no_names_is_refused(values, said):
    """By the argument's name, and by the key."""
    with pytest.raises(TypeError, match=f"^about: {re.escape(said)}$"):
        checked_by_name("about", values)


def test_half_of_a_pair_of_surrogates_is_in_no_file():
    """Every other character is."""
    assert check_encodable("name", "\0ü𝄞") is None
    said = r"^name: 'a\\ud800', needed a text in UTF-8 \(surrogates not allowed\)$"
    with pytest.raises(ValueError, match=said):
        check_encodable("name", "a\ud800")
