"""Standard output and error: what they cannot take is no error of whoever writes."""

import errno
import io
import sys

import pytest

from rnn.console.streams import lenient


class Broken(io.BytesIO):
    """Takes so many bytes, then has no room."""

    def __init__(self, room):
        super().__init__()
        self.room = room

    def write(self, data):
        if len(data) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= len(data)
        return super().write(data)


def standard_output(monkeypatch, raw, encoding="utf-8"):
    """In its place a text on these bytes."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_what_an_encoding_lacks_is_escaped(monkeypatch, encoding):
    """And what it has is as it was."""
    raw = io.BytesIO()
    standard_output(monkeypatch, raw, encoding)
    with lenient() as (out, _):
        print("∂L/∂W, 100 %")
    assert raw.getvalue() == rb"\u2202L/\u2202W, 100 %" + b"\n"
    assert out.problem is None


def test_a_line_leaves_when_it_is_written(monkeypatch):
    """A process that is forked then finds nothing to write."""
    raw = io.BytesIO()
    standard_output(monkeypatch, raw)
    with lenient():
        print("a line")
        assert raw.getvalue() == b"a line\n"


def test_what_there_is_no_room_for_is_lost(monkeypatch):
    """The first error is kept, and nothing is written after it."""
    raw = Broken(room=8)
    standard_output(monkeypatch, raw)
    with lenient() as (out, err):
        for line in ("one", "two", "a longer one", "3", "4"):
            print(line)
    assert raw.getvalue() == b"one\ntwo\n"
    assert out.problem.errno == errno.ENOSPC
    assert err.problem is None


def test_closed_from_the_start(monkeypatch, capfd):
    """Python has no stream then; there is one that leads nowhere, and nothing is said elsewhere."""
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with lenient() as (out, _):
        print("something")
        assert (out.problem.errno, out.problem.strerror) == (errno.EBADF, "closed")
        print("something", file=sys.stderr)
        assert not sys.stderr.isatty()
        with pytest.raises(OSError, match="fileno"):
            sys.stderr.fileno()
    assert (sys.stdout, sys.stderr) == (None, None)
    assert capfd.readouterr() == ("", "")


def test_what_is_written_in_parts_is_written_once(monkeypatch):
    """A pipe takes less than it is given; a write that is interrupted is not repeated."""

    class Slow(io.BytesIO):
        def write(self, data):
            taken = super().write(bytes(data[:3]))
            if self.getvalue().endswith(b"stop"):
                raise KeyboardInterrupt
            return taken

    raw = Slow()
    standard_output(monkeypatch, raw)
    with lenient():
        print("one two three")
        with pytest.raises(KeyboardInterrupt):
            print("1 stop")
    assert raw.getvalue() == b"one two three\n1 stop"


def test_a_stream_that_would_have_to_be_waited_for_is_a_problem(monkeypatch):
    """Python's own says so by None."""

    class Busy(io.BytesIO):
        def write(self, data):
            return None

    standard_output(monkeypatch, Busy())
    with lenient() as (out, _):
        print("something")
    assert out.problem.errno == errno.EAGAIN
