"""Requests to end, by Ctrl-C or by the system, as exceptions, so that what has to be cleared away is."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

# What asks a process to end, where the system has it.
REQUESTS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Terminated(BaseException):
    """The system asked the process to end, by the signal ``args[0]``."""


@contextmanager
def as_exceptions() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, and SIGTERM and SIGHUP raise ``Terminated``.

    In this process alone: to a forked one Ctrl-C is nothing, since its parent ends it, and a request to end
    is what it always is. What the caller has chosen to ignore (``nohup``) stays ignored.
    """
    own = os.getpid()

    def handle(number: int, frame: object) -> None:
        if os.getpid() == own:
            raise KeyboardInterrupt if number == signal.SIGINT else Terminated(number)
        # In a forked process, which ends here without a measurement.
        if number != signal.SIGINT:  # pragma: no cover
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    before = {}
    for number in REQUESTS:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
