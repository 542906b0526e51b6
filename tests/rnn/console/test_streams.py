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
