"""What an argument has to be, and what a message shows of one that is not: a line, whatever was given."""

import sys
from fractions import Fraction

import numpy as np
import pytest

from rnn.common.checks import LINE, check_encodable, checked_count, cut, offers, shown


def test_what_is_cut_is_one_printable_line():
    """Of any characters: no line break, no control character, no more than a line."""
    for first in range(0, sys.maxunicode, LINE):
        line = cut("".join(map(chr, range(first, min(first + LINE, sys.maxunicode + 1)))))
        assert len(line) <= LINE
        assert line.isprintable()


def test_a_short_line_stays_as_it_is():
    """Up to the last character that fits, and from there on an ellipsis says that more was there."""
    assert cut("é" * LINE) == "é" * LINE
    assert cut("x" * (LINE + 1)) == "x" * (LINE - 1) + "…"
    assert cut(" " * 10_000 + "x").endswith("…")
    # Of a long one no more is looked at than what may be spaces, and what stands behind that is cut.
    assert cut("a" + " " * (4 * LINE - 2) + "b") == "a b"
    assert cut("a" + " " * (4 * LINE - 1) + "b") == "a…"
    assert cut("one\ntwo\x00\x1b[31m") == "one two\\x00\\x1b[31m"


class Large:
    """A value that shows itself in 50 MB."""

    def __repr__(self):
        return "x" * 50_000_000


class MuteValue:
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
        (MuteValue(), "<MuteValue instance at "),
    ],
)
def test_a_value_shows_itself_or_its_class(value, text):
    """As Python writes it where it can be written."""
    assert shown(value).startswith(text)


@pytest.mark.parametrize(
    "value", [Large(), "x" * 10**7, [Large()] * 5, list(range(10**6)), {i: i for i in range(10**5)}, 10**400]
)
def test_a_large_value_is_cut(value):
    """To a line, with the beginning of what it is."""
    assert len(shown(value)) <= LINE


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


def test_what_is_just_within_passes():
    """The longest axis that there may be, and a text of any characters but half of a pair."""
    assert checked_count("k", sys.maxsize, 0) == sys.maxsize
    assert check_encodable("name", "\0ü𝄞") is None
