"""A command in a process of its own, whose parent has its exit code: no code of a user's file can change it.

What is at the top level of a file that is judged runs where the command does. It may end that process, by
``os._exit`` or a crash, never come to an end, or leave something that ends the process later: an exit
handler, a thread. So the command runs in a child of the process that was started, and tells it through a pipe
what it imports, and at its end the exit code. The parent waits, and runs no code of the file. Requests to
end, and Ctrl-Z, are passed on to the child.

Nothing keeps a file from telling an exit code itself: this is no protection from one that means to deceive.
"""

import json
import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from verification.processes.signals import REQUESTS, end_with_parent

# Seconds between two looks at the child.
LOOK = 0.05

# Seconds that exit handlers and threads may take once the exit code is known.
EXIT = 10.0


@dataclass(frozen=True)
class Telling:
    """The child's end of the pipe; or none. ``process``: who tells."""

    file: int | None = None
    process: int = field(default_factory=os.getpid)

    @contextmanager
    def importing(self, **what: Any) -> Iterator[None]:
        """A ``with`` block in which a user's file is imported; ``what``: of it, ``seconds`` at the most."""
        self.tell(importing=what)
        yield
        self.tell(importing=None)

    def tell(self, **message: Any) -> None:
        """Tells the parent, if it is still there; a copy of the child tells nothing."""
        if self.file is not None and os.getpid() == self.process:
            with suppress(OSError):
                os.write(self.file, json.dumps(message).encode() + b"\n")


# Of a command that is not apart.
NOBODY = Telling()


@dataclass(frozen=True)
class LostCommand:
    """A child that told no exit code. ``importing``: what it had told of the file that it was importing.

    ``late``: was it ended because that took too long? ``code``: its process's exit code, negative for a
    signal.
    """

    importing: Mapping[str, Any] | None
    late: bool
    code: int


def apart(work: Callable[[Telling], int]) -> int | LostCommand:
    """In the child the exit code of ``work``, to exit with; in the parent the one that was told, or how the
    child was lost.

    Where the system has no forks, the work is done in this process.
    """
    if not hasattr(os, "fork"):
        return work(NOBODY)
    reading, writing = os.pipe()
    # Nobody is asked to end between the fork and the handlers that pass it on.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, REQUESTS)
    child = os.fork()
    if child:
        os.close(writing)
        # Whichever comes first, this or the child's own.
        with suppress(OSError):
            os.setpgid(child, child)
        return _Keeper(child, reading).to_its_end(before)
    os.close(reading)
    _be_a_child()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    telling = Telling(writing)
    code = work(telling)
    telling.tell(code=code)
    return code


def _be_a_child() -> None:
    """In a group of its own, so that Ctrl-C comes once, from the parent; and ended with it (Linux)."""
    os.setpgid(0, 0)
    # The terminal would stop a group in the background that writes to it, or reads.
    for number in (signal.SIGTTIN, signal.SIGTTOU):
        signal.signal(number, signal.SIG_IGN)
    end_with_parent(signal.SIGTERM)


class _Keeper:
    """The parent's watch over the child."""

    def __init__(self, child: int, pipe: int) -> None:
        self._child, self._pipe, self._rest = child, pipe, b""
        self._importing: Mapping[str, Any] | None = None
        self._told: int | None = None
        # Seconds until the child is ended; None where it may take as long as it takes.
        self._left: float | None = None
        self._late = False
        os.set_blocking(pipe, False)

    def to_its_end(self, mask: set[int | signal.Signals]) -> int | LostCommand:
        """Waits, with signals passed on, of which ``mask`` are blocked as before."""
        with self._passing_on():
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            while (code := self._ended()) is None:
                self._look()
        self._hear()
        os.close(self._pipe)
        return LostCommand(self._importing, self._late, code) if self._told is None else self._told

    def _look(self) -> None:
        """Waits for a message, and ends the child when its time is up."""
        before = time.monotonic()
        select.select([self._pipe], [], [], LOOK)
        if not self._hear():
            # The child has closed its end.
            time.sleep(LOOK)
        if self._left is not None:
            # Not the time in which this process was stopped, with the child.
            self._left -= min(time.monotonic() - before, 2 * LOOK)
            if self._left < 0:
                self._late = True
                os.killpg(self._child, signal.SIGKILL)

    def _hear(self) -> bool:
        """Takes in what was told; is there any more to come?"""
        try:
            while data := os.read(self._pipe, 1 << 16):
                *lines, self._rest = (self._rest + data).split(b"\n")
                for line in lines:
                    self._take(json.loads(line))
        except BlockingIOError:
            return True
        return False

    def _take(self, message: Mapping[str, Any]) -> None:
        if "code" in message:
            self._told, self._left = message["code"], EXIT
        else:
            self._importing = message["importing"]
            self._left = None if self._importing is None else self._importing["seconds"]

    def _ended(self) -> int | None:
        """The child's exit code, once it has ended."""
        child, status = os.waitpid(self._child, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if child else None

    @contextmanager
    def _passing_on(self) -> Iterator[None]:
        """While it lasts, requests to end go to the child, and so does a stop."""

        def pass_on(number: int, frame: object) -> None:
            os.kill(self._child, number)

        def stop(number: int, frame: object) -> None:
            os.killpg(self._child, signal.SIGSTOP)
            signal.raise_signal(signal.SIGSTOP)
            os.killpg(self._child, signal.SIGCONT)

        handlers = {**dict.fromkeys(REQUESTS, pass_on), signal.SIGTSTP: stop}
        # What the caller has chosen to ignore (``nohup``) stays ignored, here and in the child.
        chosen = {number: to for number, to in handlers.items() if signal.getsignal(number) != signal.SIG_IGN}
        before = {number: signal.signal(number, to) for number, to in chosen.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
