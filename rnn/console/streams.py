"""Standard output and standard error that cannot end the work: what they do not take is lost, and remembered.

A terminal may not know the characters, a reader may leave (``| head -1``), a disk may be full, and a stream
may be closed from the start. None of them is a reason to lose an hour of work whose result goes to files.
"""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Sink(io.BufferedIOBase):
    """Bytes go to ``raw`` until it refuses them, and nowhere from then on; ``problem`` is what it said.

    Without a ``raw``, of a stream that was closed from the start, they go nowhere at all. Nothing is held
    back, so that a write which is interrupted leaves nothing to be written again.
    """

    name = "a standard stream"

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.problem: OSError | None = None

    def writable(self) -> bool:
        """It is."""
        return True

    def isatty(self) -> bool:
        """Is it a terminal?"""
        return self._raw is not None and bool(self._raw.isatty())

    def fileno(self) -> int:
        """The number of the underlying file."""
        return int(super().fileno() if self._raw is None else self._raw.fileno())

    def write(self, data: Any) -> int:
        """How many bytes were taken, which is all of them."""
        rest = memoryview(data)
        try:
            while len(rest) and self.problem is None:
                if self._raw is None:
                    raise OSError(errno.EBADF, "closed")
                written = self._raw.write(rest)
                if written is None:
                    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
                rest = rest[written:]
        except OSError as error:
            self.problem = error
        return len(data)


@contextmanager
def lenient() -> Iterator[tuple[Sink, Sink]]:
    """``sys.stdout`` and ``sys.stderr`` behind sinks, which are handed out.

    A character that the encoding lacks is written as an escape. Lines leave one by one, so that a forked
    process has nothing of its parent's to write again.
    """
    _open_what_is_closed()
    before = sys.stdout, sys.stderr
    out, err = (_sink(stream) for stream in before)
    sys.stdout, sys.stderr = (_text(sink, stream) for sink, stream in zip((out, err), before, strict=True))
    try:
        yield out, err
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = before


def _sink(stream: Any) -> Sink:
    # A stream that was closed from the start is None.
    return Sink(None if stream is None else getattr(stream.buffer, "raw", stream.buffer))


def _text(sink: Sink, stream: Any) -> io.TextIOWrapper:
    encoding = "utf-8" if stream is None else stream.encoding
    return io.TextIOWrapper(sink, encoding=encoding, errors="backslashreplace", line_buffering=True)


def _open_what_is_closed() -> None:
    """The null device for each of the three streams that is closed.

    Else the next file that is opened takes its number, and is written to by whoever takes it for the stream.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:  # pragma: no cover - the lowest free number is what open takes
                os.dup2(opened, number)
                os.close(opened)
            os.set_inheritable(number, True)
