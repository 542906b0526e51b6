"""Text that people read: what others say, where lines break, shares in per cent."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.text import CHARACTERS, LINES, in_a_line, message_of, percent, quoted, shown, type_name


class MuteError(Exception):
    """An exception whose text is another."""

    def __str__(self):
        raise RuntimeError("no text")


class Text(str):
    """A text whose methods are somebody's own."""

    def __getitem__(self, index):
        raise RuntimeError("no part")

    def split(self, *separators):
        raise RuntimeError("no lines")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain, with é, ∂ and 界", "plain, with é, ∂ and 界"),
        ("two\nlines", "two\nlines"),
        ("1\n2\n3\n4\n5", "1\n2\n3\n…"),
        ("\0\a\x1b[2J\t\r", "\\x00\\x07\\x1b[2J\\t\\r"),
        ("\u2028\u202e\ud800", "\\u2028\\u202e\\ud800"),
        ("", ""),
    ],
)
def test_what_cannot_be_printed_is_escaped(text, wanted):
    """Control characters, other ends of lines, and halves of characters; and a few lines are enough."""
    assert quoted(text) == wanted
    assert quoted(Text(text)) == wanted
    assert "\n" not in in_a_line(text)


@pytest.mark.parametrize("text", ["x" * 50_000_000, "\n" * 50_000_000, "\0" * 1_000_000, "ab\n" * 1_000_000])
def test_a_long_text_is_cut(text):
    """To a few lines, or to one of so many characters."""
    assert len(quoted(text)) <= LINES * (CHARACTERS + 1) + 1
    assert len(in_a_line(text, 20)) <= 20


def test_an_exception_is_reported():
    """By its type, with the module unless it is built in, and by its message, if it has one."""
    assert message_of(ValueError("a\0b")) == "ValueError: a\\x00b"
    assert message_of(KeyError()) == "KeyError"
    assert message_of(MuteError()) == f"{__name__}.MuteError"


def test_a_value_is_shown_in_a_line():
    """As Python writes it, or by its type, where that raises."""

    class Unwritable:
        def __repr__(self):
            raise RuntimeError("no text")

    assert shown(None) == "None"
    assert shown("x" * 1000) == f"'{'x' * 58}…"
    assert shown(Unwritable()).startswith("a value of type tests.")
    assert "\n" not in shown(Unwritable())


def test_a_type_is_reported_by_its_own_name():
    """Whatever its metaclass says that it is, and whatever its module is."""

    class Meta(type):
        def __getattribute__(cls, name):
            raise RuntimeError("no name")

    liar = Meta("Liar", (), {"__module__": 5})
    assert type_name(liar) == "Liar"
    assert type_name(dict) == "dict"
    assert type_name(MuteError) == f"{__name__}.MuteError"
    assert len(type_name(type("x" * 10_000, (), {}))) <= CHARACTERS


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(0, 3))
def test_what_is_written_is_true(counts, digits):
    """A sign before it makes it a bound; without one it is within half of its last digit."""
    part, whole = counts
    exact = 100 * Fraction(part, whole)
    text = percent(part / whole, digits)
    assert text.endswith("%")
    shown = Fraction(text.strip("<>%"))
    if text[0] == "<":
        assert 0 < exact < shown
    elif text[0] == ">":
        assert shown < exact < 100
    else:
        assert abs(shown - exact) <= Fraction(1, 2 * 10**digits) + Fraction(1, 10**9)
        assert (shown == 0) == (part == 0)
        assert (shown == 100) == (part == whole)
