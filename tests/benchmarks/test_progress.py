"""How much of a whole run is left, by whichever process is at work."""

import sys

import pytest

from benchmarks import progress
from benchmarks.options import Options
from benchmarks.progress import Stretch


@pytest.fixture
def passed(monkeypatch):
    """A run that began at 0, and so many seconds later."""

    def at(seconds):
        monkeypatch.setattr(progress.time, "time", lambda: seconds)

    at(0.0)
    return at


def test_parts_follow_one_another_in_proportion(passed):
    """And parts of a part."""
    parts = Stretch.whole().divided({"one": 10, "two": 30})
    assert parts == {"one": Stretch(0.0, 0.25, 0.0), "two": Stretch(0.25, 1.0, 0.0)}
    halves = parts["one"].divided({"a": 1, "b": 1})
    assert halves == {"a": Stretch(0.0, 0.125, 0.0), "b": Stretch(0.125, 0.25, 0.0)}


def test_a_line_for_each_quarter_of_the_whole(capsys, passed):
    """Elsewhere than in a terminal, with what is left at the speed so far; not where a stretch ends."""
    for stretch in Stretch.whole().divided({"one": 10, "two": 30}).values():
        for done in range(10):
            passed(40 * (stretch.first + (stretch.last - stretch.first) * done / 10))
            stretch.show(done, 10, "something")
    assert capsys.readouterr().err.splitlines() == [
        "55 % done, about 18 s left: something",
        "77 % done, about 9 s left: something",
    ]


def test_it_overwrites_itself_in_a_terminal(capsys, passed, monkeypatch):
    """And is cleared away before a table."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "30")
    stretch = Stretch.whole()
    for done in range(2):
        passed(10.0 * done)
        stretch.show(done, 4, "something that is long")
    progress.erase()
    told = capsys.readouterr().err
    assert told == f"\r{'0 % done: something that is l'}\r{'25 % done, about 30 s left: s'}\r{'':29}\r"


def test_nothing_is_cleared_where_nothing_is_written_in_place(capsys):
    """Into a file goes no blank."""
    progress.erase()
    assert capsys.readouterr().err == ""


def test_it_travels_to_another_process():
    """With the options."""
    options = Options(("manual",), ("gru",), ("50x1x1x16",), (1,), stretch=Stretch(0.25, 0.5, 7.0))
    assert Options.from_json(options.to_json()) == options
