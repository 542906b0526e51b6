"""Requests to end that wait while a process is started. This file knows no ``rnn``: no door needs one."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

# What asks a process to end, where the system has it.
REQUESTS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def held_back(*requests: signal.Signals) -> Iterator[None]:
    """Requests to end, all or these, wait until this is done, and then are heard.

    A process that is started here inherits that, and does not hear them: who started it ends it. Nobody is
    interrupted while starting one, so that it is told what it is to do.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, requests or REQUESTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
