"""How much of a whole run is left: over all its parts, as it goes."""

import io
import os
import struct
import sys

import pytest

from rnn.console.progress import Progress, on_terminal, width


class Clock:
    """A time that passes when it is told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    """A clock of the test's own."""
    return Clock()


@pytest.fixture
def terminal(monkeypatch):
    """Makes of standard error, as it is when this is called, a terminal of 80 columns or so many."""

    def makes(columns=80):
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
        monkeypatch.setenv("COLUMNS", str(columns))

    return makes


def finish(progress, clock, name, seconds, steps=10):
    """A part of so many steps that take so long in all."""
    with progress.part(name) as show:
        for step in range(steps):
            clock.now += seconds / steps
            show(step + 1, steps)


def test_a_line_for_each_quarter_of_the_whole(capsys, clock):
    """Elsewhere than in a terminal: three lines and the end, whatever the parts, and what is left of all."""
    progress = Progress({"first": 10, "second": 30}, clock)
    finish(progress, clock, "first", 10)
    finish(progress, clock, "second", 30)
    assert capsys.readouterr().err.splitlines() == [
        "25 % done, about 30 s left: first",
        "55 % done, about 18 s left: second",
        "77 % done, about 9 s left: second",
    ]
    assert progress.summary() == "100 % done in 40 s: first 10.0 s, second 30.0 s"


def test_other_parts_than_were_expected(capsys, clock, terminal):
    """Where the run turns out to be shorter, the share is of what it is now."""
    terminal()
    progress = Progress({"first": 10, "second": 1000, "third": 1000}, clock)
    finish(progress, clock, "first", 10)
    progress.instead({"other": 10})
    with progress.part("other"):
        pass
    printed = capsys.readouterr().err
    assert "0 % done, about 33 min left: first" in printed
    assert "50 % done, about 10 s left: other" in printed


def test_it_overwrites_itself_in_a_terminal(capsys, clock, terminal):
    """One line, and none when the part is over, so that text can follow."""
    terminal()
    progress = Progress({"a part": 100, "b": 1}, clock)
    finish(progress, clock, "a part", 100)
    printed = capsys.readouterr().err
    assert "\n" not in printed
    *lines, blank, end = printed.split("\r")
    shares = [int(line.partition(" %")[0]) for line in lines if line.strip()]
    assert shares == [0, *range(9, 100, 10)]
    assert blank.isspace()
    assert end == ""
    # A shorter line covers a longer one.
    assert [len(line) for line in lines[1:]] == sorted((len(line) for line in lines[1:]), reverse=True)


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (80, "epoch 2/30, validation 0.25, loss 0.125"),
        (66, "epoch 2/30, validation 0.25"),
        (54, "epoch 2/30"),
        (36, "epoch 2/"),
    ],
)
def test_what_does_not_fit_is_left_out_in_whole_parts(capsys, clock, terminal, columns, shown):
    """Half of a number would be another one; but for what stands first."""
    terminal(columns)
    with Progress({"a part": 100}, clock).part("a part") as show:
        show(1, 2, "epoch 2/30, validation 0.25, loss 0.125")
    *_, line, _, _ = capsys.readouterr().err.split("\r")
    assert line.rstrip() == f"50 % done, about 5 s left: {shown}"
    assert len(line) < columns


@pytest.mark.skipif(os.name != "posix", reason="the system has no such terminals")
def test_where_there_is_no_standard_error_there_is_no_terminal(monkeypatch, terminal):
    """Under pythonw there is none, and one that is closed does not answer."""
    terminal()
    assert on_terminal()
    closed = io.StringIO()
    closed.close()
    for stream in (None, closed, io.StringIO()):
        monkeypatch.setattr(sys, "stderr", stream)
        assert not on_terminal()


def test_the_width_is_that_of_the_terminal_that_is_written_to(monkeypatch):
    """Whatever standard output is; one that does not know its own is taken to have what is usual."""
    import fcntl
    import termios

    monkeypatch.delenv("COLUMNS", raising=False)
    controller, end = os.openpty()
    with open(end, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        assert width() == 79
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
        assert width() == 39
    os.close(controller)


def test_what_is_raised_in_a_part_finds_a_clear_line(capsys, clock, terminal):
    """So that the message does not end in the middle of it."""
    terminal()
    with pytest.raises(KeyboardInterrupt), Progress({"a part": 100}, clock).part("a part"):
        raise KeyboardInterrupt
    assert capsys.readouterr().err.endswith(" \r")
