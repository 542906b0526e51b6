"""Standard output and error: what they cannot take is no error of whoever writes."""

import errno
import io
import sys

import pytest

from rnn.console.streams import lenient


def standard_output(monkeypatch, raw, encoding="utf-8"):
    """In its place a text on these bytes."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))


def test_a_stream_that_would_have_to_be_waited_for_is_a_problem(monkeypatch):
    """Python's own says so by None."""

    class Busy(io.BytesIO):
        def write(self, data):
            return None

    standard_output(monkeypatch, Busy())
    with lenient() as (out, _):
        print("something")
    assert out.problem.errno == errno.EAGAIN


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


def test_a_line_leaves_when_it_is_written(monkeypatch):
    """A process that is forked then finds nothing to write."""
    raw = io.BytesIO()
    standard_output(monkeypatch, raw)
    with lenient():
        print("a line")
        assert raw.getvalue() == b"a line\n"


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
